/** `foveate report` */
import { join } from 'node:path';
import { writeAtomically } from '@foveate/contracts/node';
import { loadRun, renderReport, type ReportOptions } from '@foveate/report';
import type { Command } from 'commander';
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

async function report(folders: readonly string[], { out }: { readonly out?: string }): Promise<void> {
  const [first = '.', ...others] = folders;
  if (out !== undefined || others.length > 0) await requireOwnPage(out ?? 'report.html', '--out');
  const path = out ?? (others.length === 0 ? join(first, 'report.html') : 'report.html');
  await compareRuns(folders, path);
  print(`Report      ${path}`);
}

/** Adds the command. */
export function addReport(program: Command): void {
  program
    .command('report')
    .description('write a page on a run, or on several compared with the first')
    .argument('<runs...>', 'run folders')
    .option('-o, --out <file>', 'HTML file (default: report.html, of a single run in its folder)')
    .addHelpText('after', '\nExample:\n  foveate report runs/demo/ce runs/demo/ceod --out comparison.html')
    .action(report);
}
