/** `foveate export` */
import { exportFormats } from '@foveate/export/formats';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ExportFlags } from '../actions/export.js';

/** Adds the command. */
export function addExport(program: Command): void {
  program
    .command('export')
    .description('write the best checkpoint of a run as a model file that runs elsewhere, and try it')
    .argument('<run>', 'run folder')
    .addOption(new Option('--format <name>', 'what kind of file').choices(exportFormats).default('onnx'))
    .option('-o, --out <folder>', 'folder for the files (default: export/<format> in the run folder)')
    .option('--heatmap', 'also give the heatmap')
    .option('--normalise', 'take images as bytes from 0 to 255 and scale them inside')
    .option('--half', 'half precision: half the size, about three digits; refused where that does not suffice')
    .option('--overwrite', 'replace the files of an earlier export')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  foveate export runs/demo/ceod --format onnx --heatmap --normalise --out model')
    .action(async (run: string, flags: ExportFlags) => (await import('../actions/export.js')).exportModel(run, flags));
}
