/** A run that is complete, as experiments compare it. */
import { usualDecision } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import type { AuditRow } from '@foveate/report';
import { loadRun } from '@foveate/report';
import { readAudit, type AuditKind } from './audit-file.js';
import { flipMeasures, imageMeasures, testImages, type TestImage } from './measures.js';
import type { PlannedRun } from './plan.js';

/** What is known of a run. */
export interface FinishedRun {
  readonly plan: PlannedRun;
  readonly record: RunRecord;
  /** Whether it has the audit that was asked for. */
  readonly isAudited: boolean;
  /** In order of their ids. */
  readonly images: readonly TestImage[];
  /** By key of the measure; null where it is not defined. */
  readonly values: Readonly<Record<string, number | null>>;
}

/**
 * Reads a run's results.
 * @param audited how it was audited; undefined: it was not
 * @throws FoveateError `RUN_INVALID` when something of it is missing or damaged
 */
export async function finishedRun(plan: PlannedRun, audited: AuditKind | undefined): Promise<FinishedRun> {
  const { record, predictions, samples = [] } = await loadRun(plan.folder);
  const images = testImages(predictions, samples, (record.decision ?? usualDecision).threshold);
  const audit = audited === undefined ? undefined : await readAudit(plan.folder, audited);
  return {
    plan,
    record,
    isAudited: audit !== undefined,
    images,
    values: {
      ...Object.fromEntries(imageMeasures.map(({ key, of }) => [key, images.length === 0 ? null : of(images)])),
      ...Object.fromEntries(flipMeasures.map(({ key, side }) => [key, flipsOf(audit ?? [], side)])),
    },
  };
}

/** Share of all disturbances on a side that changed the verdict; null where nothing was disturbed. */
function flipsOf(rows: readonly AuditRow[], side: AuditRow['side']): number | null {
  const of = rows.filter((row) => row.side === side);
  const done = of.reduce((sum, { images }) => sum + images, 0);
  return done === 0 ? null : of.reduce((sum, { flips }) => sum + flips, 0) / done;
}
