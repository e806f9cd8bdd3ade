/** `foveate audit` */
import { Option, type Command } from 'commander';
import type { AuditFlags } from '../actions/audit.js';
import { integer, share } from './options.js';

/** Adds the command. */
export function addAudit(program: Command): void {
  program
    .command('audit')
    .description('change what is outside the area of interest, and count the verdicts that change with it')
    .argument('<run>', 'run folder')
    .addOption(
      new Option('--split <name>', 'images that are used').choices(['train', 'validation', 'test']).default('test'),
    )
    .option(
      '--threshold <number>',
      'score from which an image is called defective, 0 to 1 (default: that of the run)',
      share,
    )
    .option('--limit <number>', 'images at most, drawn by a fixed lot (default: all)', integer(1))
    .option('--worst <number>', 'cases shown with pictures', integer(0, 200), 12)
    .option(
      '--attribution <explainers...>',
      'explainers whose heatmaps are measured: where they point, and whether that counts',
    )
    .option('--attribution-limit <number>', 'defective images that heatmaps are measured on', integer(1), 20)
    .option('--sanity', 'compare these heatmaps, or those of the run, with heatmaps of more and more random weights')
    .option('-o, --out <file>', 'page that is written (default: audit.html in the run folder)')
    .option('--json', 'print one JSON document; the page is written as well')
    .addHelpText(
      'after',
      `
A heatmap that lies inside the area proves little. This shows what the verdict depends on: surroundings of other images, defects or a
mark pasted outside, blur and light outside must not change it; defects pasted inside should.

Examples:
  foveate audit runs/zipper
  foveate audit runs/zipper --attribution grad-cam layer-cam occlusion --attribution-limit 10`,
    )
    .action(async (run: string, flags: AuditFlags) => (await import('../actions/audit.js')).audit(run, flags));
}
