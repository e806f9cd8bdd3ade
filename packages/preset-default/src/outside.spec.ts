/** A run that sees nothing outside of the area of interest: the same in training, evaluation, audit and use. */
import { decodeImage, encodePng, paintOutside, writePng } from '@foveate/image';
import { createRunner, type ExplainedImage } from '@foveate/pipeline';
import { openPredictor } from '@foveate/predict';
import { readRunRecord } from '@foveate/run-record/node';
import { batchesOf, evaluationBatches, loadData, RunScope } from '@foveate/stages';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { defaultConfig, defaultPluginModule, defaultPlugins } from './index.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-outside-'));
const side = 32;
const folder = join(root, 'run');
const runner = createRunner({ plugins: defaultPlugins, pluginModule: defaultPluginModule, defaults: defaultConfig });

const configOf = (data: object) =>
  runner.makeConfig(
    {
      pipeline: ['ingest', 'mask', 'split', 'train', 'measure', 'export'],
      data: {
        source: { id: 'folders', root: join(root, 'images'), classes: { good: 'good', bad: 'bad' } },
        aoi: { id: 'template', shape: { kind: 'band', direction: 'vertical', from: 0, to: 0.5 } },
        label: { id: 'aoi', byGeometry: false },
        size: 16,
        workers: 0,
        ...data,
      },
      model: { id: 'custom-cnn', channels: [2, 2] },
      training: { epochs: 1, batchSize: 8 },
    },
    root,
  );

beforeAll(async () => {
  for (const [type, level] of [
    ['good', 90],
    ['bad', 160],
  ] as const) {
    mkdirSync(join(root, 'images', type), { recursive: true });
    for (let i = 0; i < 12; i++) {
      const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => level + ((at * (i + 3)) % 61));
      await writePng(join(root, 'images', type, `${String(i)}.png`), { width: side, height: side, channels: 3, data });
    }
  }
  await lastValueFrom(runner.run(await configOf({ outside: 'mean' }), { folder }));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

it('paints over the outside of every split, after everything else, and nothing where it is kept', async () => {
  const batchOf = async (data: object) => {
    const scope = await RunScope.open(await configOf(data), runner.registry);
    try {
      const set = await lastValueFrom(loadData(scope));
      for await (const { images, aoi } of evaluationBatches(batchesOf(set, scope), 'test'))
        return { images: Uint8Array.from(images, (value) => Math.round(255 * value)), aoi: Uint8Array.from(aoi) };
      throw new Error('No batch.');
    } finally {
      await scope.close();
    }
  };
  const [kept, painted] = [await batchOf({ outside: 'keep' }), await batchOf({ outside: 'mean' })];
  const pixels = 16 * 16;
  for (let i = 0; i < kept.aoi.length / pixels; i++) {
    const image = kept.images.slice(3 * i * pixels, 3 * (i + 1) * pixels);
    paintOutside(image, kept.aoi.subarray(i * pixels, (i + 1) * pixels), 'mean');
    expect(painted.images.subarray(3 * i * pixels, 3 * (i + 1) * pixels)).toEqual(image);
  }
  expect(painted.images).not.toEqual(kept.images);
  // What is kept stands in no configuration, so that older runs can be gone on with.
  expect((await readRunRecord(folder)).config['data']).toMatchObject({ outside: 'mean' });
  expect((await configOf({ outside: 'keep' })).data).not.toHaveProperty('outside');
});

it('finds the area again in use, with the scores of the run', async () => {
  const lines = readFileSync(join(folder, 'predictions.jsonl'), 'utf8').trim().split('\n');
  const predicted = lines.map((line) => JSON.parse(line) as { id: string; split: string; score: number });
  const one = predicted.find(({ split }) => split === 'test');
  const file = join(root, 'images', one!.id);
  const seen: ExplainedImage[] = [];
  await runner.explain(folder, [file], (image) => void seen.push(image));
  expect(seen[0]!.score).toBeCloseTo(one!.score, 5);

  const areas = await runner.openAreaFinder(folder);
  const predictor = await openPredictor(folder, { findArea: areas.find });
  expect(predictor.needsArea).toBe(true);
  expect((await predictor.predict({ image: readFileSync(file) })).score).toBeCloseTo(one!.score, 5);
  // What lies outside is not looked at, but for what resizing mixes into the pixels beside the border.
  const other = await decodeImage(readFileSync(file), { name: file });
  for (let at = 0; at < other.data.length; at += 3)
    if ((at / 3) % side >= side / 2 + 6) other.data.fill(255, at, at + 3);
  const given = { image: await encodePng(other), aoi: await areas.find(other, 'other') };
  expect((await predictor.predict(given)).score).toBeCloseTo(one!.score, 5);
  await predictor.close();
  await areas.close();

  expect((await runner.evaluate(folder, 'test')).measures).toEqual((await readRunRecord(folder)).test);
});

it('cannot be turned by what is outside', async () => {
  const disturbances = [{ side: 'outside', augment: { id: 'brightness-contrast', probability: 1 } }] as const;
  const { rows } = await runner.audit(folder, { disturbances });
  expect(rows.map(({ flips, moved }) => [flips, moved])).toEqual(rows.map(() => [0, 0]));
});

it('says what is missing where no area can be found', async () => {
  const file = join(root, 'images/good/0.png');
  const predictor = await openPredictor(folder);
  await expect(predictor.predict({ id: 'part 7', image: readFileSync(file) })).rejects.toMatchObject({
    code: 'DATA_INVALID',
    parts: { where: 'part 7', reason: 'aoi-missing' },
  });
  await predictor.close();
});
