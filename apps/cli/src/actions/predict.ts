/** What `foveate predict` does. */
import { errorCodes, isFoveateError } from '@foveate/contracts';
import { openPredictor, type ImagePrediction, type Predictor } from '@foveate/predict';
import { percent } from '../terminal/format.js';
import { colours, note, print, printJson } from '../terminal/terminal.js';
import { imageInputs, type ImageInput } from './image-inputs.js';

/** Options of `predict`. */
export interface PredictOptions {
  readonly threshold: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly maxPixels?: number;
}

/** An answer, or why there is none. */
interface Answer {
  readonly name: string;
  readonly prediction?: ImagePrediction;
  readonly error?: Error;
}

/** Images in memory: one that is classified, one that is read meanwhile. */
const ahead = 2;

/** Classifies images and prints each answer as it comes. Images that cannot be read are said at the end, by the exit code too. */
export async function predict(model: string, inputs: readonly string[], options: PredictOptions): Promise<void> {
  const { threshold, maxPixels } = options;
  const predictor = await openPredictor(model, { threshold, maxPixels });
  const failures: Answer[] = [];
  try {
    if (options.csv === true) print('image,score,verdict,error');
    for await (const answer of answers(predictor, imageInputs(inputs))) {
      if (answer.error !== undefined) failures.push(answer);
      show(answer, options);
    }
  } finally {
    predictor.close();
  }
  if (failures.length === 0) return;
  const [first] = failures;
  note(`${String(failures.length)} of the images could not be classified; the first: ${first?.error?.message ?? ''}`);
  process.exitCode = errorCodes.DATA_INVALID;
}

/** In the order of the images, a few of them in memory. */
async function* answers(predictor: Predictor, images: AsyncIterable<ImageInput>): AsyncGenerator<Answer> {
  const waiting: Promise<Answer>[] = [];
  for await (const image of images) {
    waiting.push(answerTo(image, predictor));
    if (waiting.length >= ahead) yield (await waiting.shift()) as Answer;
  }
  for (const answer of waiting) yield await answer;
}

async function answerTo({ name, read }: ImageInput, predictor: Predictor): Promise<Answer> {
  try {
    return { name, prediction: await predictor.predict({ id: name, image: await read() }) };
  } catch (error) {
    if (isFoveateError(error)) return { name, error };
    throw error;
  }
}

function show({ name, prediction, error }: Answer, { json, csv }: PredictOptions): void {
  if (json === true) {
    if (prediction === undefined) return printJson({ image: name, error: error?.message ?? '' });
    const { score, defective, latency } = prediction;
    return printJson({ image: name, score, defective, latency });
  }
  const verdict = prediction === undefined ? '' : prediction.defective ? 'defective' : 'good';
  if (csv === true) {
    return print([name, prediction?.score ?? '', verdict, error?.message ?? ''].map(cell).join(','));
  }
  const { green, red, yellow } = colours(process.stdout);
  if (prediction === undefined) return print(`${yellow('unread   ')}          ${error?.message ?? name}`);
  const word = prediction.defective ? red('defective') : green('good     ');
  print(`${word}  ${percent(prediction.score).padStart(6)}  ${name}`);
}

/** As RFC 4180 has it. */
function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
