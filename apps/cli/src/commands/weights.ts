/** `foveate weights` */
import type { Command } from 'commander';
import type { JsonOption } from '../actions/weights.js';

/** Adds the command. */
export function addWeights(program: Command): void {
  const weights = program.command('weights').description('trained weights that models can start from');
  weights
    .command('list')
    .description('list the weights that are known, and whether they are on this machine')
    .option('--json', 'print one JSON document')
    .action(async (options: JsonOption) => {
      (await import('../actions/weights.js')).list(options);
    });
  weights
    .command('path')
    .description('where known weights are kept, or are to be put by hand')
    .argument('<name>', 'architecture/tag')
    .action(async (name: string) => {
      (await import('../actions/weights.js')).showPath(name);
    });
  weights
    .command('download')
    .description('download known weights, going on where an earlier download broke off')
    .argument('<name...>', 'architecture/tag')
    .addHelpText('after', '\nExample:\n  foveate weights download efficientnet-b0/torchvision-v1')
    .action(async (names: string[]) => (await import('../actions/weights.js')).downloadAll(names));
  weights
    .command('inspect')
    .description('tensors, shapes, format and architecture of a file or folder of weights; no code in it is run')
    .argument('<file>', 'safetensors, .pth, .h5, .keras, model.json, folder of .npy')
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: JsonOption) =>
      (await import('../actions/weights.js')).inspect(file, options),
    );
}
