/** What `foveate report` does. */
import { join } from 'node:path';
import { writeAtomically } from '@foveate/contracts/node';
import { loadRun, renderReport, type ReportOptions } from '@foveate/report';
import { requireOwnPage } from '../own-page.js';
import { print } from '../terminal/terminal.js';

/** Writes one page on several runs. */
export async function compareRuns(
  folders: readonly string[],
  path: string,
  options: ReportOptions = {},
): Promise<void> {
  const runs = await Promise.all(folders.map((folder) => loadRun(folder)));
  await writeAtomically(path, renderReport(runs, options));
}

/** Options of `report`. */
export interface ReportCommandOptions {
  readonly out?: string;
}

/** Writes a page on runs. */
export async function report(folders: readonly string[], { out }: ReportCommandOptions): Promise<void> {
  const [first = '.', ...others] = folders;
  if (out !== undefined || others.length > 0) await requireOwnPage(out ?? 'report.html', '--out');
  const path = out ?? (others.length === 0 ? join(first, 'report.html') : 'report.html');
  await compareRuns(folders, path);
  print(`Report      ${path}`);
}
