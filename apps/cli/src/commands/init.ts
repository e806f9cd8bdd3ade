/** `foveate init` */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { InitOptions } from '../actions/init.js';
import { areas } from '../init/area.js';

/** Adds the command. */
export function addInit(program: Command): void {
  program
    .command('init')
    .description('recognise how a folder of images is arranged and write a configuration that trains on it')
    .argument('[images]', 'folder of the images; asked for in a terminal, else this folder')
    .option('-o, --out <file>', 'configuration to write', 'foveate.yaml')
    .addOption(
      new Option('--area <area>', 'where a defect counts: everywhere, or in a band in the middle').choices(areas),
    )
    .option('--good <folder>', 'class folder that shows no defect, where its name does not say so')
    .option('-y, --yes', 'ask nothing')
    .option('--overwrite', 'replace the configuration that is there')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  foveate init parts --area vertical --out parts.yaml')
    .action(async (images: string | undefined, options: InitOptions) =>
      (await import('../actions/init.js')).init(images, options),
    );
}
