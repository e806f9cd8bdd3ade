/** `foveate train` */
import type { Command } from 'commander';
import type { TrainOptions } from '../actions/train.js';
import { collect, integer } from './options.js';

/** Adds the command. */
export function addTrain(program: Command): void {
  program
    .command('train')
    .description('train, explain, measure and report what a configuration describes')
    .requiredOption('-c, --config <file>', 'configuration, YAML or JSON')
    .option('-o, --out <folder>', 'run folder (default: runs/<name of the configuration>)')
    .option('--resume', 'go on with the run in the folder')
    .option('--overwrite', 'replace the run in the folder')
    .option('--seed <number>', 'seed, in place of that of the configuration', integer(0))
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect, [])
    .option('--show-config', 'print the configuration with everything filled in, and train nothing')
    .option('--json', 'print events as JSON Lines, and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  foveate train --config examples/synthetic-zipper-ceod.yaml
  foveate train --config my.yaml --out runs/a --seed 2 --set loss=ce --set training.epochs=40
  foveate train --config my.yaml --out runs/a --seed 2 --set loss=ce --set training.epochs=40 --resume`,
    )
    .action(async (options: TrainOptions) => (await import('../actions/train.js')).train(options));
}
