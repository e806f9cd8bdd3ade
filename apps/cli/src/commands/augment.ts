/** `foveate augment` */
import type { Command } from 'commander';
import type { BuildOptions, PreviewOptions } from '../actions/augment.js';
import { collect, integer } from './options.js';

/** Adds the commands. */
export function addAugment(program: Command): void {
  const augment = program.command('augment').description('look at augmentation, or multiply a data set with it');
  augment
    .command('preview')
    .description('write a page of training images before and after augmentation, with their masks and what was drawn')
    .argument('<config>', 'configuration, YAML or JSON')
    .option('-o, --out <file>', 'HTML file', 'augmentation.html')
    .option('--images <number>', 'training images', integer(1, 100), 6)
    .option('--variants <number>', 'variants of each: what training sees in so many epochs', integer(1, 50), 4)
    .option('--seed <number>', 'seed, in place of that of the configuration', integer(0))
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect, [])
    .addHelpText('after', '\nExample:\n  foveate augment preview examples/magnetic-tile-band.yaml --images 8')
    .action(async (config: string, options: PreviewOptions) =>
      (await import('../actions/augment.js')).preview(config, options),
    );
  augment
    .command('build')
    .description('multiply the training split into ordinary files; validation and test are kept as they are')
    .argument('<config>', 'configuration, YAML or JSON')
    .requiredOption('--good <number>', 'good training samples wanted, originals included', integer(0))
    .requiredOption('--defective <number>', 'defective training samples wanted, originals included', integer(0))
    .option('-o, --out <folder>', 'folder (default: augmented/<name of the configuration>)')
    .option('--resume', 'go on with the build in the folder')
    .option('--seed <number>', 'seed, in place of that of the configuration', integer(0))
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect, [])
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Example:
  foveate augment build my.yaml --good 216 --defective 184 --out data/multiplied
  foveate train --config data/multiplied/config.yaml`,
    )
    .action(async (config: string, options: BuildOptions) =>
      (await import('../actions/augment.js')).build(config, options),
    );
}
