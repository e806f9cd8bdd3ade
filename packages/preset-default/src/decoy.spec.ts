/** A run whose images have decoys: whatever is done with it afterwards sees them too. */
import type { SampleRecord, SplitName } from '@foveate/contracts';
import { createRunner } from '@foveate/pipeline';
import { readRunRecord, readSampleRecords } from '@foveate/run-record/node';
import { evaluationBatches, batchesOf, loadData, RunScope } from '@foveate/stages';
import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { defaultConfig, defaultPluginModule, defaultPlugins } from './index.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-decoy-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});
const runner = createRunner({ plugins: defaultPlugins, pluginModule: defaultPluginModule, defaults: defaultConfig });

const configOf = (decoy: object, more: object = {}) =>
  runner.makeConfig(
    {
      pipeline: ['ingest', 'mask', 'split', { id: 'decoy', ...decoy }, 'train', 'measure'],
      data: { source: { id: 'synthetic-zipper', good: 16, defective: 16, size: 64 }, size: 32, workers: 0, ...more },
      model: { id: 'custom-cnn', channels: [2, 2] },
      training: { epochs: 1, batchSize: 8 },
    },
    root,
  );

async function pixels(decoy: object, more: object = {}) {
  const config = await configOf(decoy, more);
  const scope = await RunScope.open(config, runner.registry);
  const warnings: string[] = [];
  scope.events.subscribe((event) => event.type === 'warning' && warnings.push(event.message));
  try {
    const data = await lastValueFrom(loadData(scope));
    const images: Record<string, string> = {};
    for (const name of ['train', 'validation', 'test'] as const) {
      for await (const batch of evaluationBatches(batchesOf(data, scope), name)) {
        const length = batch.height * batch.width * 3;
        for (const [i, id] of batch.ids.entries())
          images[id] = Buffer.from(batch.images.slice(i * length, (i + 1) * length).buffer).toString('base64');
      }
    }
    return { images, data, warnings };
  } finally {
    await scope.close();
  }
}

const shareOf = (records: readonly SampleRecord[], split: SplitName, label: number) => {
  const group = records.filter((record) => record.split === split && record.label === label);
  return group.filter(({ decoy }) => decoy !== undefined).length / group.length;
};

describe('a run with decoys', () => {
  it('draws as many as asked for, tells of them, and is measured on the same images again', async () => {
    const folder = join(root, 'run');
    await lastValueFrom(runner.run(await configOf({ strength: 1 }), { folder }));
    const records = await readSampleRecords(folder);
    expect(
      records.every(({ decoy, attributes }) => attributes?.['decoy'] === (decoy === undefined ? 'no' : 'yes')),
    ).toBe(true);
    expect([0, 1].map((label) => shareOf(records, 'train', label))).toEqual([0, 1]);
    expect([0, 1].map((label) => shareOf(records, 'validation', label))).toEqual([0, 1]);
    for (const label of [0, 1]) expect(shareOf(records, 'test', label)).toBeCloseTo(0.5, 0);
    const { test } = await readRunRecord(folder);
    expect(Object.keys(test!)).toContain('worstGroup');
    expect((await runner.evaluate(folder, 'test')).measures).toEqual(test);
  });

  it('draws the same in whatever thread and wherever samples are kept, and leaves the others as they were', async () => {
    const none = { good: 0, defective: 0 };
    const plain = await pixels({ rate: { train: none, validation: none, test: none } });
    const drawn = await pixels({});
    for (const { id, decoy } of drawn.data.samples) {
      expect(drawn.images[id] === plain.images[id]).toBe(decoy === undefined);
    }
    expect((await pixels({}, { workers: 1, cache: 'none' })).images).toEqual(drawn.images);
    expect(drawn.warnings).toEqual([]);
  });

  it('leaves images without room unmarked, and says so', async () => {
    const { data, warnings } = await pixels({ size: 0.3 }, { aoi: 'whole', label: { id: 'aoi', byGeometry: false } });
    expect(data.samples.every(({ attributes, decoy }) => decoy === undefined && attributes?.['decoy'] === 'no')).toBe(
      true,
    );
    expect(warnings).toEqual([expect.stringMatching(/no room beside the area of interest in (\d+) of \1 images/)]);
  });
});
