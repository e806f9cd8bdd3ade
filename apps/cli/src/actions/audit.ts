/** What `foveate audit` does. */
import { join } from 'node:path';
import { classNames, type SplitName } from '@foveate/contracts';
import { writeAtomically } from '@foveate/contracts/node';
import { auditDefaults } from '@foveate/preset-default';
import {
  attributionCells,
  attributionColumns,
  randomisationCells,
  renderAudit,
  untouchedText,
  type AuditRow,
} from '@foveate/report';
import { requireOwnPage } from '../own-page.js';
import { defaultRunner } from '../runner.js';
import { follow } from '../terminal/follow.js';
import { printFact } from '../terminal/fact.js';
import { figure, percent } from '../terminal/format.js';
import { printTable } from '../terminal/table.js';
import { print, printJson } from '../terminal/terminal.js';

/** Options of `audit`. */
export interface AuditFlags {
  readonly split: SplitName;
  readonly threshold?: number;
  readonly worst: number;
  readonly limit?: number;
  readonly attribution?: readonly string[];
  readonly attributionLimit: number;
  readonly sanity?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

/** Audits a run and writes a page on it. */
export async function audit(
  run: string,
  { out, json, attribution: explainers, attributionLimit, sanity, ...options }: AuditFlags,
): Promise<void> {
  const page = out ?? join(run, 'audit.html');
  await requireOwnPage(page, '--out');
  const attribution = explainers && { explainers, limit: attributionLimit };
  const randomisation = sanity === true ? { explainers, limit: attributionLimit } : undefined;
  const found = await follow((stop) =>
    defaultRunner().audit(run, { disturbances: auditDefaults, attribution, randomisation, ...options, ...stop }),
  );
  await writeAtomically(page, renderAudit(found));
  if (json === true) {
    const { name, split, threshold, images, rows, untouched, attribution: measured, randomisation: compared } = found;
    printJson(
      { name, split, threshold, images, rows, untouched, attribution: measured, randomisation: compared, page },
      2,
    );
    return;
  }
  print(
    `${found.name}: ${String(found.images)} ${found.split} images, defective from a score of ${figure(found.threshold)}\n`,
  );
  printTable(
    ['where', 'what was done', 'to', 'images', 'verdict changed', '95% interval', 'score moved'],
    found.rows.map(cells),
  );
  if (found.untouched.length > 0) print(`\n${untouchedText(found.untouched)}`);
  print('\nWhat is done outside must not change the verdict; a defect pasted inside should.');
  if (found.attribution !== undefined) {
    print('\nHeatmaps on defective images, with 95% intervals:\n');
    printTable(
      ['explainer', ...attributionColumns],
      found.attribution.map((row) => [row.explainer, ...attributionCells(row)]),
    );
  }
  if (found.randomisation !== undefined) {
    print('\nRank correlation of heatmaps with those of the trained network, while more of it becomes random:\n');
    printTable(
      ['random', ...found.randomisation.map(({ explainer }) => explainer)],
      randomisationCells(found.randomisation),
    );
  }
  printFact('\nPage', page);
}

function cells({ side, id, label, images, flips, interval, moved }: AuditRow): readonly string[] {
  return [
    side,
    id,
    classNames[label],
    String(images),
    `${String(flips)} (${percent(flips / images)})`,
    `${percent(interval.low)} to ${percent(interval.high)}`,
    moved.toFixed(3),
  ];
}
