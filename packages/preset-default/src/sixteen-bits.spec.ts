/** Images of 12 bits in files of 16: training, evaluation and explanation see the same grey levels. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunEvent } from '@foveate/contracts';
import type { PredictionRecord, RunRecord } from '@foveate/run-record';
import { createRunner } from '@foveate/pipeline';
import type { ExplainedImage } from '@foveate/pipeline';
import { openPredictor } from '@foveate/predict';
import { lastValueFrom, toArray } from 'rxjs';
import { greyPng16 } from '../../image/src/testing/sixteen-bits.js';
import { defaultConfig, defaultPlugins } from './index.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-sixteen-'));
afterAll(() => rmSync(root, { recursive: true }));

const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });

beforeAll(() => {
  for (let i = 0; i < 20; i++) {
    const folder = join(root, i % 2 === 0 ? 'good' : 'bad');
    mkdirSync(folder, { recursive: true });
    const samples = Array.from({ length: 32 * 32 }, (_, at) => ((at + i) * 7919 * (i + 3)) % 4096);
    writeFileSync(join(folder, `${i}.png`), greyPng16(32, 32, samples));
  }
});

async function train(out: string, source: object): Promise<{ events: readonly RunEvent[]; folder: string }> {
  const folders = { id: 'folders', root: '.', classes: { good: 'good', bad: 'dent' }, ...source };
  const config = await runner.makeConfig(
    {
      data: {
        source: folders,
        aoi: 'whole',
        label: { id: 'aoi', byGeometry: false },
        size: 16,
        workers: 0,
        augment: [],
      },
      model: { id: 'custom-cnn', channels: [2, 2] },
      loss: 'ce',
      training: { epochs: 1, batchSize: 8 },
      explain: { id: 'grad-cam', images: 0 },
    },
    root,
  );
  const folder = join(root, out);
  return { events: await lastValueFrom(runner.run(config, { folder }).pipe(toArray())), folder };
}

const warnings = (events: readonly RunEvent[]) =>
  events.flatMap((one) => (one.type === 'warning' ? [one.message] : []));

const recordOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunRecord;

describe('images of 12 bits', () => {
  it('are warned of in training, with the range that mends it, and the run keeps it', async () => {
    const { events, folder } = await train('dark', {});
    const [message] = warnings(events);
    expect(message).toContain('valueRange: [0, 4095]');
    expect(recordOf(folder).remarks).toContain(message);
  });

  it('are scaled alike in training and explanation', async () => {
    const { events, folder } = await train('scaled', { valueRange: [0, 4095] });
    expect(warnings(events)).toEqual([]);
    const lines = readFileSync(join(folder, 'predictions.jsonl'), 'utf8').trim().split('\n');
    const predicted = lines.map((line) => JSON.parse(line) as PredictionRecord);
    const explained: ExplainedImage[] = [];
    const files = predicted.map(({ id }) => join(root, id));
    await runner.explain(folder, files, (image) => void explained.push(image));
    expect(explained.map(({ score }) => score)).toEqual(predicted.map(({ score }) => expect.closeTo(score, 5)));
    expect(Math.max(...explained[0]!.image.data)).toBeGreaterThan(200);
    // The model file says the range, whether the stage export wrote it or the command; an option wins.
    const exported = join(root, 'exported');
    await runner.export(folder, {
      format: 'onnx',
      folder: exported,
      heatmap: false,
      normalise: true,
      precision: 'float32',
    });
    for (const model of [folder, join(exported, 'model.onnx')]) {
      const predictor = await openPredictor(model);
      expect(predictor.metadata['valueRange']).toBe('0,4095');
      const scores = await Promise.all(files.map(async (file) => predictor.predict({ image: readFileSync(file) })));
      expect(scores.map(({ score }) => score)).toEqual(predicted.map(({ score }) => expect.closeTo(score, 5)));
      await predictor.close();
    }
    const dark = await openPredictor(folder, { valueRange: [0, 65535] });
    const { score } = await dark.predict({ image: readFileSync(files[0]!) });
    expect(score).not.toBeCloseTo(explained[0]!.score, 5);
    await dark.close();
    const evaluation = await runner.evaluate(folder, 'test');
    expect(evaluation.measures).toEqual(recordOf(folder).test);
  });
});
