/** `foveate reproduce` */
import type { Command } from 'commander';
import type { ReproduceFlags } from '../actions/reproduce.js';
import { experimentOptions } from './experiment.js';
import { integer } from './options.js';

/** Adds the command. */
export function addReproduce(program: Command): void {
  experimentOptions(
    program
      .command('reproduce')
      .description('run an experiment that comes with the product; without a name, list them')
      .argument('[name]', 'synthetic, guidance, synthetic-pretrained, band, zipper or industrial')
      .option('--data <folder>', 'images it needs')
      .option('--weights <file>', 'weights that its pretrained network starts from, in place of downloading them')
      .option('--seeds <number>', 'seeds, in place of those of the experiment', integer(1, 1000))
      .option('--show', "print the experiment's file, to start one's own from"),
  )
    .addHelpText(
      'after',
      `
Examples:
  foveate reproduce synthetic
  foveate reproduce zipper --data mvtec/zipper
  foveate reproduce band --show > my-experiment.yaml`,
    )
    .action(async (name: string | undefined, flags: ReproduceFlags) =>
      (await import('../actions/reproduce.js')).reproduce(name, flags),
    );
}
