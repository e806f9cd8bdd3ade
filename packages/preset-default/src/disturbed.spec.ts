/** Validation images whose surroundings are disturbed, and what follows from them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { RunRecord } from '@foveate/contracts';
import { createRunner } from '@foveate/pipeline';
import { batchesOf, disturbedBatches, evaluationBatches, loadData, RunScope } from '@foveate/stages';
import { lastValueFrom } from 'rxjs';
import { defaultConfig, defaultPluginModule, defaultPlugins } from './index.js';

const runner = createRunner({
  plugins: defaultPlugins,
  pluginModule: defaultPluginModule,
  defaults: defaultConfig,
  allowPlugins: true,
});
const root = mkdtempSync(join(tmpdir(), 'foveate-disturbed-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const configured = (data: object, training: object = {}) =>
  runner.makeConfig(
    {
      data: { source: { id: 'synthetic-zipper', good: 12, defective: 12, size: 64 }, size: 32, ...data },
      model: { id: 'custom-cnn', channels: [4, 4] },
      explain: { id: 'grad-cam', images: 0 },
      pipeline: ['ingest', 'mask', 'split', 'train'],
      training: { epochs: 1, batchSize: 8, ...training },
    },
    root,
  );

/** Pixels of all validation images and of their areas. */
async function validationPixels(data: object, disturbance?: number) {
  const scope = await RunScope.open(await configured(data), runner.registry, { cacheFolder: root });
  try {
    const set = await lastValueFrom(loadData(scope));
    await scope.work.chooseDonors(set.stored);
    const stage = batchesOf(set, scope);
    const images: number[] = [];
    const areas: number[] = [];
    const batches = disturbance === undefined ? evaluationBatches(stage, 'validation') : disturbedBatches(stage, 'validation', disturbance); // prettier-ignore
    for await (const batch of batches) {
      images.push(...batch.images);
      areas.push(...batch.aoi);
    }
    return { images, areas };
  } finally {
    await scope.close();
  }
}

async function trained(name: string, data: object, training: object, resume = false): Promise<RunRecord> {
  const folder = join(root, name);
  await lastValueFrom(runner.run(await configured(data, training), { folder, resume }));
  return JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunRecord;
}

const disturb = [
  { id: 'background-swap', feather: 0, probability: 0.3 },
  { id: 'defocus-blur', radius: 0.1 },
];

describe('disturbed validation images', () => {
  it('are other ones outside of their areas alone, the same in threads and out of them', async () => {
    const plain = await validationPixels({});
    const augmented = { augment: ['flip-horizontal'], disturb };
    const [swapped, blurred] = [await validationPixels(augmented, 0), await validationPixels(augmented, 1)];
    expect(await validationPixels({ ...augmented, workers: 2 }, 0)).toEqual(swapped);
    for (const { images, areas } of [swapped, blurred]) {
      expect(areas).toEqual(plain.areas);
      const changed = images.map((value, at) => value !== plain.images[at]);
      expect(changed.some((isChanged, at) => isChanged && areas[Math.floor(at / 3)] === 1)).toBe(false);
      expect(changed.filter(Boolean).length).toBeGreaterThan(changed.length / 10);
    }
    expect(blurred.images).not.toEqual(swapped.images);
  });

  it('are measured in each epoch, and choose the best, also of a run that is gone on with', async () => {
    const training = { monitor: 'outsideAuroc', metricsEvery: 0 };
    const whole = await trained('whole', { disturb }, { ...training, epochs: 3 });
    const figures = whole.epochs.map(({ validation }) => validation.metrics ?? {});
    for (const { outsideFlips, outsideAccuracy } of figures) {
      // Two disturbances of each image.
      const { good, defective } = whole.data.counts.validation;
      for (const share of [outsideFlips, outsideAccuracy])
        expect(Number.isSafeInteger(Math.round((share as number) * 2 * (good + defective) * 1e6) / 1e6)).toBe(true);
    }
    const values = figures.map(({ outsideAuroc }) => outsideAuroc as number);
    expect(whole.bestEpoch).toBe(values.indexOf(Math.max(...values)) + 1);
    await trained('parts', { disturb }, { ...training, epochs: 1 });
    const resumed = await trained('parts', { disturb }, { ...training, epochs: 3 }, true);
    expect(resumed.epochs.map(({ validation }) => validation)).toEqual(
      whole.epochs.map(({ validation }) => validation),
    );
    expect(resumed.bestEpoch).toBe(whole.bestEpoch);
  });

  it('must be there to be watched, and keep their areas', async () => {
    await expect(trained('none', {}, { monitor: 'outsideFlips' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(trained('turned', { disturb: ['flip-horizontal'] }, {})).rejects.toMatchObject({ code: 'CONFIG_INVALID' }); // prettier-ignore
  });
});
