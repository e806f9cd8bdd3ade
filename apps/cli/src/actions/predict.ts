/** What `foveate predict` does. */
import { openPredictor, type ImagePrediction, type Predictor } from '@foveate/predict';
import { print, printJson } from '../terminal/terminal.js';
import { head, isUnread, tellUnread, unreadLine, verdictAndScore } from './answers.js';
import { imageInputs, type ImageInput } from './image-inputs.js';
import { runAreas } from './run-areas.js';

/** Options of `predict`. */
export interface PredictOptions {
  readonly threshold?: number;
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

/** Classifies images and prints each answer as it comes. Of images that cannot be read the exit code says that there were some. */
export async function predict(model: string, inputs: readonly string[], options: PredictOptions): Promise<void> {
  const { threshold, maxPixels } = options;
  const areas = await runAreas(model);
  const predictor = await openPredictor(model, { threshold, maxPixels, findArea: areas?.find });
  const show = shower(options);
  let [count, unread] = [0, 0];
  try {
    for await (const answer of answers(predictor, imageInputs(inputs))) {
      count++;
      if (answer.error !== undefined) unread++;
      show(answer);
    }
  } finally {
    await predictor.close();
    await areas?.close();
  }
  tellUnread(unread, count);
}

/** In the order of the images, a few of them in memory. */
async function* answers(predictor: Predictor, images: AsyncIterable<ImageInput>): AsyncGenerator<Answer> {
  const waiting: Promise<Answer>[] = [];
  try {
    for await (const image of images) {
      waiting.push(answerTo(image, predictor));
      if (waiting.length >= ahead) yield (await waiting.shift()) as Answer;
    }
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield await next;
  } finally {
    // Nobody asks for them any more, and an error of theirs is not to end the process.
    await Promise.allSettled(waiting);
  }
}

async function answerTo({ name, read }: ImageInput, predictor: Predictor): Promise<Answer> {
  try {
    return { name, prediction: await predictor.predict({ id: name, image: await read() }) };
  } catch (error) {
    if (isUnread(error)) return { name, error };
    throw error;
  }
}

const columns = ['image', 'score', 'verdict', 'decodeMs', 'resizeMs', 'runMs', 'totalMs', 'error'] as const;

/** The same words for JSON Lines and CSV. */
function row({ name, prediction, error }: Answer): Partial<Record<(typeof columns)[number], string | number>> {
  if (prediction === undefined) return { image: name, error: error?.message ?? '' };
  const { score, defective, latency } = prediction;
  return {
    image: name,
    score,
    verdict: defective ? 'defective' : 'good',
    decodeMs: latency.decode,
    resizeMs: latency.resize,
    runMs: latency.run,
    totalMs: latency.total,
  };
}

function shower({ json, csv }: PredictOptions): (answer: Answer) => void {
  if (json === true) return (answer) => printJson(row(answer));
  if (csv === true) {
    print(columns.join(','));
    return (answer) => {
      const cells = row(answer);
      print(columns.map((column) => cell(cells[column] ?? '')).join(','));
    };
  }
  let isFirst = true;
  return ({ name, prediction, error }) => {
    if (isFirst) print(head('image'));
    isFirst = false;
    if (prediction === undefined) print(unreadLine(error?.message ?? name));
    else print(`${verdictAndScore(prediction)}  ${name}`);
  };
}

/** As RFC 4180 has it. */
function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
