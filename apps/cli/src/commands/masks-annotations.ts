/** `foveate masks import` and `foveate masks export` */
import { Option, type Command } from 'commander';
import type { ExportOptions, ImportOptions } from '../actions/masks-annotations.js';
import { collect, integer, positive } from './options.js';
import { kindOption } from './masks-kind.js';

/** Written down here because the package of formats must not be loaded for the help. */
const formats = ['png', 'coco', 'labelme', 'voc', 'yolo', 'cvat', 'label-studio', 'via'];

/** Adds the commands. */
export function addAnnotations(masks: Command): void {
  addImport(masks);
  addExport(masks);
}

function addImport(masks: Command): void {
  masks
    .command('import')
    .description('put the masks of annotation files into a store')
    .argument('<store>', 'folder of the store')
    .argument('<path>', 'file or folder of annotations; images are found by the names they have there')
    .addOption(new Option('--format <format>', 'of the annotations').choices([...formats, 'auto']).default('auto'))
    .addOption(new Option('--as <kind>', 'what labels are').choices(['area', 'defect']).default('area'))
    .option('--rename <rule>', 'LABEL=NAME, LABEL=KIND:NAME or LABEL=KIND: for one label; may be repeated', collect, [])
    .option('--only <label>', 'import this label and no other; may be repeated', collect, [])
    .addOption(new Option('--status <status>', 'of the masks').choices(['accepted', 'proposed']).default('accepted'))
    .option('--author <name>', 'who made them')
    .addOption(orientationOption())
    .option('--legend <file>', 'png: which colours or numbers are which labels; else legend.json of the folder')
    .option(
      '--tolerance <levels>',
      'png: how far a channel may be off a colour of the legend, 0 to 255',
      integer(0, 255),
    )
    .option('--attribute <name>', 'via: attribute of regions that holds the label')
    .option('--dry-run', 'only say what would change')
    .option('--json', 'print one JSON document, with all that was left out')
    .addHelpText(
      'after',
      '\nExample:\n  foveate masks import bottle/masks instances.json --rename neck=area:neck --as defect --dry-run',
    )
    .action(async (store: string, path: string, options: ImportOptions) =>
      (await import('../actions/masks-annotations.js')).importFrom(store, path, options),
    );
}

function addExport(masks: Command): void {
  masks
    .command('export')
    .description('write the masks of a store for annotation tools; their names become labels')
    .argument('<store>', 'folder of the store')
    .argument('<out>', 'file or folder that is written, as the format has it')
    .argument('[path...]', 'paths of images below the image root, or globs; else all')
    .addOption(new Option('--format <format>', 'of the annotations').choices(formats).makeOptionMandatory())
    .addOption(kindOption())
    .option('--name <name>', 'of areas, or types of defect; may be repeated', collect, [])
    .addOption(
      new Option('--status <status>', 'of the masks')
        .choices(['accepted', 'proposed', 'rejected', 'all'])
        .default('accepted'),
    )
    .addOption(orientationOption())
    .addOption(
      new Option('--layout <layout>', 'png: a folder for each label, or one picture for each image')
        .choices(['binary', 'index', 'colour'])
        .default('binary'),
    )
    .option('--legend <file>', 'png: colours and numbers of labels; else in order of appearance')
    .addOption(
      new Option('--segmentation <form>', 'coco: outlines and run lengths where there are holes, or one form for all')
        .choices(['polygons', 'runs', 'compressed'])
        .default('polygons'),
    )
    .option('--simplify <pixels>', 'how far polygons may be off, for fewer corners (default: not at all)', positive)
    .option('--overwrite', 'replace files that are there; others of a folder stay')
    .option('--dry-run', 'only say what would be written')
    .option('--json', 'print one JSON document, with all that was left out')
    .addHelpText(
      'after',
      '\nExample:\n  foveate masks export bottle/masks bottle/defects.json --format coco --kind defect',
    )
    .action(async (store: string, path: string, globs: string[], options: ExportOptions) =>
      (await import('../actions/masks-annotations.js')).exportTo(store, path, globs, options),
    );
}

function orientationOption(): Option {
  const what = 'pixels that coordinates count in images with EXIF orientation; else as the tools of the format do';
  return new Option('--orientation <which>', what).choices(['upright', 'stored']);
}
