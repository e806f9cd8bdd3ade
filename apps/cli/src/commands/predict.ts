/** `foveate predict` */
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { PredictOptions } from '../actions/predict.js';
import { integer } from './options.js';

function probability(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1.');
}

/** Adds the command. */
export function addPredict(program: Command): void {
  program
    .command('predict')
    .description('classify images with a trained network, one line each as they come')
    .argument('<model>', 'run folder, or an ONNX file')
    .argument('<inputs...>', 'image files, folders, patterns in quotes, or - for standard input: paths, or one image')
    .option('--threshold <score>', 'score from which an image is defective (default: that of the run)', probability)
    .addOption(new Option('--json', 'print JSON Lines').conflicts('csv'))
    .option('--csv', 'print comma-separated values')
    .option('--max-pixels <number>', 'largest width x height of an image', integer(1))
    .addHelpText(
      'after',
      `
The score is the probability of a defect. JSON Lines and CSV have image, score, verdict (good or defective), the milliseconds of
decoding, resizing and running the network, and of all from the call to the answer (decodeMs, resizeMs, runMs, totalMs); or
image and error. An image that cannot be read does not stop the others; the exit code is then 3.

Examples:
  foveate predict runs/demo/aoi part-1.png part-2.jpg
  foveate predict runs/demo/aoi 'line-3/**/*.png' --csv > answers.csv
  find line-3 -name '*.jpg' | foveate predict model.onnx - --json`,
    )
    .action(async (model: string, inputs: string[], options: PredictOptions) =>
      (await import('../actions/predict.js')).predict(model, inputs, options),
    );
}
