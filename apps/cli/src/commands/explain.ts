/** `foveate explain` */
import type { Command } from 'commander';
import type { ExplainOptions } from '../actions/explain.js';
import { collect, integer } from './options.js';

/** Adds the command. */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('classify images with a trained run and show where it looks')
    .argument('<run>', 'run folder')
    .argument('<images...>', 'image files, folders, patterns in quotes, or - for paths on standard input')
    .option('-o, --out <folder>', 'folder for the heatmaps (default: explained in the run folder)')
    .option('--explainer <id>', 'what makes the heatmap (default: as in the run); repeat it to compare', collect)
    .option('--max-pixels <number>', 'largest width x height of an image (default: as in the run)', integer(1))
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
The score is the probability of a defect. An image that cannot be read does not stop the others, the exit code is then 3; one
that is named and not there is told before the work begins.

Examples:
  foveate explain runs/demo/ceod part-1.png part-2.jpg --out heatmaps
  foveate explain runs/demo/ceod 'line-3/**/*.png'
  foveate explain runs/demo/ceod part-1.png --explainer grad-cam --explainer occlusion`,
    )
    .action(async (run: string, images: string[], options: ExplainOptions) =>
      (await import('../actions/explain.js')).explain(run, images, options),
    );
}
