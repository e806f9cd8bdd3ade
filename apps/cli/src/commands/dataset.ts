/** `foveate dataset` */
import type { Command } from 'commander';
import type { BuildOptions, InspectOptions } from '../actions/dataset.js';
import { collect, integer } from './options.js';

/** Adds the commands. */
export function addDataset(program: Command): void {
  const command = program.command('dataset').description('look at the data of a configuration, or lock it');
  command
    .command('inspect')
    .description('count classes, splits, sizes and areas, and list what a run would leave out; trains nothing')
    .argument('<config>', 'configuration, YAML or JSON')
    .option('--sheet <file>', 'write a page of examples with defects and areas outlined')
    .option('--limit <number>', 'examples of each kind on the page', integer(1), 6)
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect, [])
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  foveate dataset inspect examples/magnetic-tile-band.yaml --sheet tiles.html')
    .action(async (config: string, options: InspectOptions) =>
      (await import('../actions/dataset.js')).inspect(config, options),
    );
  command
    .command('build')
    .description('write a lock: content hash, label and split of every sample, for data.lock to check against')
    .argument('<config>', 'configuration, YAML or JSON')
    .requiredOption('-o, --out <file>', 'lock file, JSON Lines')
    .option('--overwrite', 'replace the lock that is there')
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect, [])
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  foveate dataset build my.yaml --out my.lock.jsonl')
    .action(async (config: string, options: BuildOptions) =>
      (await import('../actions/dataset.js')).build(config, options),
    );
}
