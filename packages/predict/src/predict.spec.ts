/** Predictors on a model made here: the score is the softmax of mean red against mean green. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fail, type Model } from '@foveate/contracts';
import { gradCam } from '@foveate/explain';
import { exportOnnx } from '@foveate/export';
import { encodeJpeg, encodePng } from '@foveate/image';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { from, lastValueFrom, Subject, take, toArray } from 'rxjs';
import { openPredictor, predictions, type Frame, type ImagePrediction, type Predictor } from './index.js';

const side = 8;
const model: Model = {
  classes: 2,
  height: side,
  width: side,
  variables: [],
  features: (images) => tf.mul(images, 4),
  head: (map) => {
    const mean = tf.mean<tf.Tensor2D>(map, [1, 2]);
    return tf.concat2d([tf.slice2d(mean, [0, 1], [-1, 1]), tf.slice2d(mean, [0, 0], [-1, 1])], 1);
  },
};

const root = mkdtempSync(join(tmpdir(), 'foveate-predict-'));
let predictor: Predictor;
beforeAll(async () => {
  const context = {
    baseFolder: '.',
    seed: 1,
    get: () => Promise.reject(fail({ code: 'PLUGIN_UNKNOWN', what: 'None' })),
  };
  const explainer = await gradCam.register({} as never, context);
  const bytes = exportOnnx({
    model,
    explainer,
    variables: {},
    normalise: true,
    precision: 'float32',
    metadata: { name: 'red' },
  });
  writeFileSync(join(root, 'model.onnx'), bytes);
  predictor = await openPredictor(root, { heatmap: true });
});
afterAll(() => {
  predictor.close();
  rmSync(root, { recursive: true, force: true });
});

/** An image of one colour. */
function plain(red: number, green: number, size = side): Exclude<Frame['image'], Uint8Array> {
  const data = new Uint8Array(size * size * 3);
  for (let pixel = 0; pixel < size * size; pixel++) data.set([red, green, 0], 3 * pixel);
  return { width: size, height: size, channels: 3, data };
}
const expected = (red: number, green: number) => 1 / (1 + Math.exp((4 * (green - red)) / 255));
const isAnswer = (answer: object): answer is ImagePrediction => 'score' in answer;

describe('a predictor', () => {
  it('gives the score of rasters and of encoded images, at any size', async () => {
    for (const image of [plain(200, 50), await encodePng(plain(200, 50)), await encodePng(plain(200, 50, 30))]) {
      const { score, defective, latency } = await predictor.predict({ image });
      expect(score).toBeCloseTo(expected(200, 50), 5);
      expect(defective).toBe(true);
      expect(latency.total).toBeGreaterThan(0);
    }
    expect((await predictor.predict({ image: await encodeJpeg(plain(50, 200), 95) })).defective).toBe(false);
  });

  it('tells the size, what the file says, and uses the threshold it was given', async () => {
    expect(predictor).toMatchObject({ height: side, width: side, metadata: { name: 'red' } });
    const strict = await openPredictor(join(root, 'model.onnx'), { threshold: 0.99 });
    const { defective, heatmap } = await strict.predict({ image: plain(200, 50) });
    expect([defective, heatmap]).toEqual([false, undefined]);
    strict.close();
    await expect(openPredictor(root, { threshold: 2 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('says where the heat is, and how much of it lies in an area', async () => {
    const image = plain(0, 0);
    // Red on the left quarter only.
    for (let pixel = 0; pixel < side * side; pixel++) if (pixel % side < 2) image.data[3 * pixel] = 255;
    const left = new Uint8Array(side * side).map((_, pixel) => (pixel % side < 4 ? 255 : 0));
    const aoi = { width: side, height: side, channels: 1, data: left } as const;
    const { heatmap, aoiShare } = await predictor.predict({ image, aoi });
    expect(heatmap?.data[0]).toBeGreaterThan(0);
    expect(heatmap?.data[7]).toBe(0);
    expect(aoiShare).toBeCloseTo(1, 5);
    const none = await predictor.predict({ image: plain(0, 0), aoi });
    expect(none.aoiShare).toBeNull();
  });

  it.each([
    ['no image', new Uint8Array([1, 2, 3]), 'not an image'],
    ['an empty file', new Uint8Array(), 'empty'],
    ['pixels of another number', { ...plain(1, 2), height: 9 }, 'do not fit its size'],
  ])('refuses %s as an error of that frame', async (_, image, message) => {
    const answer = predictor.predict({ id: 'cam-7', image });
    await expect(answer).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringMatching(/^cam-7: /) });
    await expect(answer).rejects.toThrow(message);
  });

  it('refuses an area of another size, folders without model and files that are none', async () => {
    const aoi = { width: 2, height: 2, channels: 1, data: new Uint8Array(4) } as const;
    await expect(predictor.predict({ image: plain(1, 2), aoi })).rejects.toMatchObject({ code: 'DATA_INVALID' });
    await expect(openPredictor(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'PATH_MISSING' });
    const empty = mkdtempSync(join(root, 'empty-'));
    await expect(openPredictor(empty)).rejects.toMatchObject({ code: 'RUN_INVALID' });
    writeFileSync(join(empty, 'model.onnx'), 'no model');
    await expect(openPredictor(empty)).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
  });
});

describe('a stream of predictions', () => {
  const reds = [10, 250, 90, 200, 30, 120, 60];

  it.each([
    [1, 1],
    [3, 1],
    [2, 3],
    [4, 100],
  ])(
    'keeps the order with %i at once in batches of %i, and goes on after a frame that is none',
    async (concurrency, batchSize) => {
      const frames: Frame[] = reds.map((red) => ({ id: `red ${String(red)}`, image: plain(red, 100) }));
      frames.splice(2, 0, { id: 'broken', image: new Uint8Array([7]) });
      const answers = await lastValueFrom(
        from(frames).pipe(predictions(predictor, { concurrency, batchSize }), toArray()),
      );
      expect(answers.map(({ id }) => id)).toEqual(frames.map(({ id }) => id));
      expect(answers[2]).toMatchObject({ id: 'broken', error: { code: 'DATA_INVALID' } });
      const scores = answers.filter(isAnswer).map(({ score }) => score);
      scores.forEach((score, index) => expect(score).toBeCloseTo(expected(reds[index] ?? 0, 100), 5));
    },
  );

  it('answers a batch that is not full after a while, and stops when nobody listens', async () => {
    const camera = new Subject<Frame>();
    const first = lastValueFrom(camera.pipe(predictions(predictor, { batchSize: 8, maxWait: 20 }), take(2), toArray()));
    camera.next({ image: plain(1, 2) });
    camera.next({ image: plain(3, 4) });
    expect((await first).map(({ id }) => id)).toEqual(['1', '2']);
    expect(camera.observed).toBe(false);
  });
});
