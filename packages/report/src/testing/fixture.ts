/** Runs made up for the tests. Every figure the tests expect follows from what stands here. */
import type { Explanation, Label } from '@foveate/contracts';
import type { PredictionRecord, RunRecord, SampleRecord } from '@foveate/run-record';
import { encodePng } from '@foveate/image';
import type { ReportRun } from '../report-run.js';

/** Side of the made-up pictures. */
const size = 32;

const pictures = new Map<string, Uint8Array>();

/** A grey PNG of `value(x, y)`. */
async function grey(value: (x: number, y: number) => number): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: size * size }, (_, i) => value(i % size, Math.floor(i / size)));
  return encodePng({ width: size, height: size, channels: 1, data });
}

/** Draws the pictures; call before {@link fabricate}. */
export async function drawPictures(): Promise<void> {
  pictures.set('image.png', await grey((x, y) => 90 + 40 * ((x + y) % 2)));
  pictures.set('aoi.png', await grey((x) => (x >= 12 && x < 20 ? 255 : 0)));
  pictures.set('heatmap.png', await grey((x, y) => Math.round(255 * Math.exp(-((x - 16) ** 2 + (y - 8) ** 2) / 40))));
}

/** Bytes of a picture the fixtures name. */
function pictureBytes(name: string): Uint8Array {
  const bytes = pictures.get(name);
  if (bytes === undefined) throw new Error(`The fixture has no picture ${name}.`);
  return bytes;
}

/** Test predictions from rows of label and score. */
export function predictionsOf(rows: readonly (readonly [Label, number])[]): readonly PredictionRecord[] {
  return rows.map(([label, score], i) => ({
    id: `image/${i}`,
    split: 'test',
    label,
    score,
    loss: -Math.log(label === 1 ? score : 1 - score),
    aoiShare: label === 1 ? 0.5 : null,
  }));
}

/** A completed run with the given test predictions. */
export function fabricate(
  predictions: readonly PredictionRecord[],
  change: Partial<RunRecord> & { readonly samples?: readonly SampleRecord[] } = {},
): ReportRun {
  const { samples, ...recordChange } = change;
  const explanations = predictions.slice(0, 2).map(({ id, label, score, aoiShare }): Explanation => ({
    id,
    label,
    score,
    aoiShare,
    imagePath: 'image.png',
    aoiPath: 'aoi.png',
    heatmapPath: 'heatmap.png',
  }));
  const defective = predictions.filter(({ label }) => label === 1).length;
  const record: RunRecord = {
    version: 1,
    name: 'ce',
    status: 'completed',
    startedAt: '2026-02-03T04:05:06.000Z',
    seed: 7,
    loss: { id: 'ce', options: {} },
    model: { id: 'custom-cnn', options: { width: 16 }, parameters: 294994 },
    engine: { id: 'onnx', options: {}, description: 'onnxruntime, cpu' },
    config: { training: { epochs: 3 } },
    versions: { node: '22.0.0' },
    data: {
      counts: {
        train: { good: 70, defective: 71 },
        validation: { good: 20, defective: 21 },
        test: { good: predictions.length - defective, defective },
      },
      skips: [],
      height: size,
      width: size,
    },
    epochs: [1, 2, 3].map((epoch) => ({
      epoch,
      train: { loss: 0.8 / epoch, accuracy: 0.5 + 0.1 * epoch, parts: {} },
      validation: { loss: epoch === 2 ? 0.4 : 0.6, accuracy: 0.7 },
      seconds: 2,
      imagesPerSecond: 70,
    })),
    bestEpoch: 2,
    validation: null,
    test: { n: predictions.length },
    explanations,
    timing: { totalSeconds: 75, secondsPerEpoch: 2.5, imagesPerSecond: 70 },
    ...recordChange,
  };
  return { record, predictions, images: pictureBytes, ...(samples === undefined ? {} : { samples }) };
}
