/** `foveate masks` */
import { Option, type Command } from 'commander';
import type { HistoryOptions, RevertOptions } from '../actions/masks-one.js';
import type { StatsOptions } from '../actions/masks-stats.js';
import type { CheckOptions, InitOptions } from '../actions/masks-store.js';
import type { JudgeOptions, ListOptions } from '../actions/masks-chosen.js';
import { addAnnotations } from './masks-annotations.js';
import { kindOption } from './masks-kind.js';
import { addNetwork } from './masks-network.js';
import { addPlaced } from './masks-placed.js';
import { collect, integer, share } from './options.js';

const statuses = ['proposed', 'accepted', 'rejected'];
const sources = ['manual', 'template', 'registration', 'network', 'import'];

/** Adds the commands. */
export function addMasks(program: Command): void {
  const masks = program.command('masks').description('keep masks of areas and defects, with where they came from');
  addStore(masks);
  addAnnotations(masks);
  addPlaced(masks);
  addChosen(masks);
  addOne(masks);
  addNetwork(masks);
}

function addStore(masks: Command): void {
  masks
    .command('init')
    .description('make a mask store for a folder of images')
    .argument('<store>', 'folder of the store; is made')
    .requiredOption('--images <folder>', 'where the images are')
    .option('--ignore <glob>', 'files below it that are no images of the data set; may be repeated', collect, [])
    .addHelpText('after', "\nExample:\n  foveate masks init bottle/masks --images bottle --ignore 'ground_truth/**'")
    .action(async (store: string, options: InitOptions) =>
      (await import('../actions/masks-store.js')).init(store, options),
    );
  masks
    .command('stats')
    .description('count masks by status and source, and the images that lack an accepted one')
    .argument('<store>', 'folder of the store')
    .option('--missing', 'list the images that lack an accepted mask')
    .option('--between <authors>', 'how far two authors agree on the same images: anna,ben')
    .option('--tolerance <pixels>', 'how far apart their boundaries may be to agree', integer(0), 2)
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  foveate masks stats bottle/masks --missing')
    .action(async (store: string, options: StatsOptions) =>
      (await import('../actions/masks-stats.js')).stats(store, options),
    );
  masks
    .command('check')
    .description('read every mask and image; exit code 3 when something is missing, damaged or changed')
    .argument('<store>', 'folder of the store')
    .option('--update', 'note the new paths of images that were renamed')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  foveate masks check bottle/masks')
    .action(async (store: string, options: CheckOptions) =>
      (await import('../actions/masks-store.js')).check(store, options),
    );
}

function addChosen(masks: Command): void {
  filtered(masks.command('list').description('list masks, the newest revision of each'))
    .option('--json', 'print one JSON document')
    .addHelpText('after', "\nExample:\n  foveate masks list bottle/masks 'good/**' --status proposed --source network")
    .action(async (store: string, globs: string[], options: ListOptions) =>
      (await import('../actions/masks-chosen.js')).list(store, globs, options),
    );
  filtered(
    masks.command('review').description('draw pictures of images with their masks outlined, to be looked at'),
    '<folder>',
  )
    .option('--json', 'print one JSON document, with all that was left out')
    .addHelpText(
      'after',
      `
Names begin with the confidence: the least certain come first.

Example:
  foveate masks review bottle/masks look --status proposed --source network`,
    )
    .action(async (store: string, folder: string, globs: string[], options: ListOptions) =>
      (await import('../actions/masks-chosen.js')).review(store, folder, globs, options),
    );
  for (const [name, status, example] of [
    ['accept', 'accepted', 'foveate masks accept bottle/masks --source network --confidence 0.95 --by anna'],
    ['reject', 'rejected', "foveate masks reject bottle/masks 'good/01*.png' --name neck"],
  ] as const) {
    filtered(masks.command(name).description(`set masks to ${status}: those proposed, or those of --status`))
      .option('--by <name>', 'who says so')
      .option('--all', 'all proposed masks, without a path or another filter')
      .option('--dry-run', 'only list what would change')
      .option('--json', 'print one JSON document')
      .addHelpText('after', `\nExample:\n  ${example}`)
      .action(async (store: string, globs: string[], options: JudgeOptions) =>
        (await import('../actions/masks-chosen.js')).judge(store, globs, status, options),
      );
  }
}

/** @param more another argument behind the store */
function filtered(command: Command, more?: string): Command {
  command.argument('<store>', 'folder of the store');
  if (more !== undefined) command.argument(more, 'gets the pictures; is made');
  return command
    .argument('[path...]', 'paths of images below the image root, or globs')
    .addOption(kindOption())
    .option('--name <name>', 'name of the area, or type of defect')
    .addOption(new Option('--status <status>', 'what has been said of them').choices(statuses))
    .addOption(new Option('--source <source>', 'what made them').choices(sources))
    .option('--author <name>', 'who made them')
    .option('--confidence <number>', 'at least this confident, 0 to 1', share);
}

function addOne(masks: Command): void {
  const one = (command: Command): Command =>
    command
      .argument('<store>', 'folder of the store')
      .argument('<image>', 'path below the image root, or the beginning of the hash of an image')
      .addOption(kindOption())
      .option('--name <name>', 'name of the area, or type of defect; needed where the image has several');
  one(masks.command('history').description('list all revisions of the masks of an image'))
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  foveate masks history bottle/masks good/001.png')
    .action(async (store: string, image: string, options: HistoryOptions) =>
      (await import('../actions/masks-one.js')).history(store, image, options),
    );
  one(masks.command('revert').description('return to an earlier revision, as a new one; nothing is lost'))
    .requiredOption('--to <revision>', 'number of the revision', integer(1))
    .option('--by <name>', 'who does it')
    .addHelpText('after', '\nExample:\n  foveate masks revert bottle/masks good/001.png --name neck --to 2')
    .action(async (store: string, image: string, options: RevertOptions) =>
      (await import('../actions/masks-one.js')).revert(store, image, options),
    );
}
