/** `foveate masks register` and `foveate masks template` */
import { Option, type Command } from 'commander';
import type { RegisterOptions, TemplateOptions } from '../actions/masks-placed.js';
import { collect, degrees, share } from './options.js';
import { kindOption } from './masks-kind.js';

/** Adds the commands. */
export function addPlaced(masks: Command): void {
  masks
    .command('register')
    .description('propose the accepted masks of one image for others, moved to where its content lies in them')
    .argument('<store>', 'folder of the store')
    .argument('<reference>', 'path of the image whose masks are moved')
    .argument('[path...]', 'paths of images below the image root, or globs; else all')
    .addOption(kindOption().default('area'))
    .option('--name <name>', 'of areas, or types of defect; may be repeated; else all', collect, [])
    .option('--min-confidence <number>', 'leave images out below it, 0 to 1', share, 0.5)
    .option(
      '--angle <degrees>',
      'how far images may be turned to either side, 0 to 180; 180 takes ten times as long',
      degrees,
      15,
    ) // prettier-ignore
    .option('--scale <share>', 'how much larger or smaller images may be, 0 to 1', share, 0.2)
    .option('--max-lost <share>', 'leave masks out of which more lies off the image, 0 to 1', share, 0.5)
    .option('--author <name>', 'who does it')
    .option('--dry-run', 'only say what would change')
    .option('--json', 'print one JSON document, with all that was left out')
    .addHelpText(
      'after',
      "\nExample:\n  foveate masks register bottle/masks good/000.png 'good/**' --min-confidence 0.6",
    )
    .action(async (store: string, reference: string, globs: string[], options: RegisterOptions) =>
      (await import('../actions/masks-placed.js')).register(store, reference, globs, options),
    );
  masks
    .command('template')
    .description('put shapes at the same place of each image, in shares of its width and height')
    .argument('<store>', 'folder of the store')
    .argument('<shape...>', 'band, rectangle, ellipse, polygon or ring with its coordinates, as YAML or JSON')
    .requiredOption('--name <name>', 'name of the area, or type of defect')
    .addOption(kindOption().default('area'))
    .option('--images <glob>', 'paths of images below the image root; may be repeated; else all', collect, [])
    .addOption(new Option('--status <status>', 'of the masks').choices(['accepted', 'proposed']).default('proposed'))
    .option('--author <name>', 'who does it')
    .option('--dry-run', 'only say what would change')
    .option('--json', 'print one JSON document, with all that was left out')
    .addHelpText(
      'after',
      "\nExample:\n  foveate masks template bottle/masks '{kind: band, direction: vertical, from: 0.25, to: 0.75}' --name neck",
    )
    .action(async (store: string, shapes: string[], options: TemplateOptions) =>
      (await import('../actions/masks-placed.js')).template(store, shapes, options),
    );
}
