/** `foveate masks train` and `foveate masks propose` */
import { InvalidArgumentError, type Command } from 'commander';
import type { TrainFlags } from '../actions/masks-train.js';
import type { ProposeFlags } from '../actions/masks-propose.js';
import { collect, integer, share, shareAboveZero } from './options.js';

/** Adds the commands. */
export function addNetwork(masks: Command): void {
  masks
    .command('train')
    .description('train a segmentation network on the accepted masks of a store')
    .argument('<store>', 'folder of the store')
    .requiredOption('-o, --out <folder>', 'gets the network and its record')
    .option('--name <area>', 'area that it learns; may be repeated (default: all)', collect, [])
    .option('--group <pattern>', 'regular expression: images with one match, or first group, are one piece', pattern)
    .option('-c, --config <file>', 'segmenter, loss, optimizer, augment, engine and training, YAML or JSON')
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect, [])
    .option('--seed <number>', 'seed, in place of that of the configuration', integer(0))
    .option('--resume', 'go on with the training in the folder')
    .option('--overwrite', 'replace the training in the folder')
    .option('--json', 'print events as JSON Lines, and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  foveate masks train bottle/masks --out bottle/network
  foveate masks train bottle/masks --out bottle/network --set training.size='[256, 256]' --set training.epochs=20`,
    )
    .action(async (store: string, flags: TrainFlags) =>
      (await import('../actions/masks-train.js')).train(store, flags),
    );
  masks
    .command('propose')
    .description('have a trained network mark the images that lack an accepted mask')
    .argument('<store>', 'folder of the store')
    .argument('<network>', 'folder of a trained segmenter, or its segmenter.onnx')
    .argument('[path...]', 'paths of images below the image root, or globs')
    .option('--name <area>', 'area that is wanted; may be repeated (default: all that the network knows)', collect, [])
    .option(
      '--threshold <number>',
      'probability from which a pixel is inside, above 0 to 1 (default: 0.5)',
      shareAboveZero,
    )
    .option('--smoothing <pixels>', 'each pixel becomes what most around it are, so far to each side', integer(0, 100))
    .option('--fill-holes', 'what a mask encloses is inside')
    .option('--least <share>', 'leave out parts below this share of the image, 0 to 1', share)
    .option('--largest <number>', 'keep so many parts, the largest ones', integer(1))
    .option('--replace', 'also where there is an accepted mask; a revision of it, only proposed')
    .option('--dry-run', 'only say what would be proposed')
    .option('--json', 'print one JSON document, with all that was left out')
    .addHelpText(
      'after',
      `
Examples:
  foveate masks propose bottle/masks bottle/network --fill-holes --largest 1
  foveate masks review bottle/masks look --source network
  foveate masks accept bottle/masks --source network --confidence 0.95 --by anna`,
    )
    .action(async (store: string, network: string, globs: string[], flags: ProposeFlags) =>
      (await import('../actions/masks-propose.js')).propose(store, network, globs, flags),
    );
}

/** @throws InvalidArgumentError for what is no regular expression */
function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? `${error.message}.` : 'Expected a regular expression.');
  }
}
