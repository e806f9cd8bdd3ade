/** `foveate report` */
import type { Command } from 'commander';
import type { ReportCommandOptions } from '../actions/report.js';

/** Adds the command. */
export function addReport(program: Command): void {
  program
    .command('report')
    .description('write a page on a run, or on several compared with the first')
    .argument('<runs...>', 'run folders')
    .option('-o, --out <file>', 'HTML file (default: report.html, of a single run in its folder)')
    .addHelpText('after', '\nExample:\n  foveate report runs/demo/ce runs/demo/ceod --out comparison.html')
    .action(async (runs: string[], options: ReportCommandOptions) =>
      (await import('../actions/report.js')).report(runs, options),
    );
}
