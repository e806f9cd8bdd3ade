/** Predictors: scores, heat, errors of frames, streams. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeJpeg, encodePng } from '@foveate/image';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { from, lastValueFrom, Subject, take, toArray } from 'rxjs';
import { openPredictor, predictions, type Frame, type ImagePrediction, type Predictor } from './index.js';
import { plain, redModel, scoreOfPlain, side } from './testing/red-model.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-predict-'));
let predictor: Predictor;
beforeAll(async () => {
  writeFileSync(join(root, 'model.onnx'), await redModel());
  predictor = await openPredictor(root, { heatmap: true });
});
afterAll(async () => {
  await predictor.close();
  rmSync(root, { recursive: true, force: true });
});

const isAnswer = (answer: object): answer is ImagePrediction => 'score' in answer;

describe('a predictor', () => {
  it('gives the score of rasters and of encoded images, at any size', async () => {
    for (const image of [plain(200, 50), await encodePng(plain(200, 50)), await encodePng(plain(200, 50, 30))]) {
      const { score, defective, latency } = await predictor.predict({ image });
      expect(score).toBeCloseTo(scoreOfPlain(200, 50), 5);
      expect(defective).toBe(true);
      expect(latency.total).toBeGreaterThan(0);
    }
    expect((await predictor.predict({ image: await encodeJpeg(plain(50, 200), 95) })).defective).toBe(false);
  });

  it('tells the size, what the file says, and uses the threshold it was given, else that of the file', async () => {
    expect(predictor).toMatchObject({ height: side, width: side, metadata: { name: 'red' } });
    const strict = await openPredictor(join(root, 'model.onnx'), { threshold: 0.99 });
    const { defective, heatmap } = await strict.predict({ image: plain(200, 50) });
    expect([defective, heatmap]).toEqual([false, undefined]);
    await strict.close();
    const careful = await openPredictor(await redModel({ threshold: '0.99' }));
    expect((await careful.predict({ image: plain(200, 50) })).defective).toBe(false);
    await careful.close();
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

  it('paints over what is outside of the area where the model was trained so, and asks for an area', async () => {
    const image = plain(200, 50);
    // Green on the right half, which is outside.
    for (let pixel = 0; pixel < side * side; pixel++) if (pixel % side >= 4) image.data.set([0, 255, 0], 3 * pixel);
    const before = Uint8Array.from(image.data);
    const left = new Uint8Array(side * side).map((_, pixel) => (pixel % side < 4 ? 255 : 0));
    const aoi = { width: side, height: side, channels: 1, data: left } as const;
    const model = await redModel({ outside: 'mean' });
    const asked: string[] = [];
    const findArea = (_: unknown, id: string) => {
      asked.push(id);
      return Promise.resolve(aoi);
    };
    const [plainOne, finding] = [await openPredictor(model), await openPredictor(model, { findArea })];
    expect([plainOne.needsArea, predictor.needsArea]).toEqual([true, false]);
    for (const one of [await plainOne.predict({ image, aoi }), await finding.predict({ id: 'x', image })])
      expect(one.score).toBeCloseTo(scoreOfPlain(200, 50), 5);
    expect(asked).toEqual(['x']);
    expect(image.data).toEqual(before);
    await expect(plainOne.predict({ id: 'x', image })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { where: 'x', reason: 'aoi-missing' },
    });
    await expect(openPredictor(await redModel({ outside: 'pink' }))).rejects.toMatchObject({
      code: 'ENGINE_UNSUPPORTED',
    });
    await plainOne.close();
    await finding.close();
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

  it('is closed after the predictions that were begun, and says so afterwards', async () => {
    const own = await openPredictor(root);
    const answers = [own.predict({ image: plain(200, 50, 400) }), own.predict({ image: plain(1, 2) })];
    const closed = own.close();
    await expect(own.predict({ image: plain(1, 2) })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('is closed'),
    });
    expect((await Promise.all(answers)).map(({ defective }) => defective)).toEqual([true, false]);
    await closed;
    await own.close();
    const stream = from([{ image: plain(1, 2) }]).pipe(predictions(own));
    await expect(lastValueFrom(stream)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
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
      frames.splice(2, 0, { id: 'broken', image: new Uint8Array([7]) }, null as never);
      const answers = await lastValueFrom(
        from(frames).pipe(predictions(predictor, { concurrency, batchSize }), toArray()),
      );
      expect(answers.map(({ id }) => id)).toEqual(frames.map((frame, index) => frame?.id ?? String(index + 1)));
      expect(answers[2]).toMatchObject({ id: 'broken', error: { code: 'DATA_INVALID' } });
      expect(answers[3]).toMatchObject({ id: '4', error: { code: 'DATA_INVALID' } });
      const scores = answers.filter(isAnswer).map(({ score }) => score);
      scores.forEach((score, index) => expect(score).toBeCloseTo(scoreOfPlain(reds[index] ?? 0, 100), 5));
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
