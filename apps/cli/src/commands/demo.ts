/** `foveate demo` */
import type { Command } from 'commander';
import type { DemoOptions } from '../actions/demo.js';
import { integer, share } from './options.js';

/** Adds the command. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('train three ways on drawn zippers with a misleading sticker, and compare what was learned')
    .option('-o, --out <folder>', 'folder for the runs and the comparison', 'runs/demo')
    .option('--epochs <number>', 'passes over the training images', integer(1), 32)
    .option('--size <pixels>', 'width and height of the network input', integer(16), 112)
    .option('--seed <number>', 'seed of images, split, weights and order', integer(0), 1)
    .option('--shortcut <share>', 'training images whose sticker tells the label; 0.5: it tells nothing', share, 0.95)
    .addHelpText('after', '\nExamples:\n  foveate demo --epochs 5 --size 64\n  foveate demo --shortcut 0.5')
    .action(async (options: DemoOptions) => (await import('../actions/demo.js')).demo(options));
}
