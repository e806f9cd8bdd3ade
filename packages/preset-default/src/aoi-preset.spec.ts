/** The preset `aoi` in whole runs. Threads run what is compiled into dist. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { RunEvent } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import { createRunner } from '@foveate/pipeline';
import { readRunRecord } from '@foveate/run-record/node';
import { defaultConfig, defaultPluginModule, defaultPlugins } from './index.js';

const runner = createRunner({ plugins: defaultPlugins, pluginModule: defaultPluginModule, defaults: defaultConfig });
const root = mkdtempSync(join(tmpdir(), 'foveate-preset-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

async function run(name: string, { workers = 0, stopAt = 0, resume = false } = {}): Promise<RunRecord> {
  const config = await runner.makeConfig(
    {
      preset: 'aoi',
      data: {
        source: { id: 'synthetic-zipper', good: 20, defective: 20, size: 64, mark: {}, split: { train: 0.5 } },
        split: 'source',
        size: 32,
        augment: ['flip-horizontal'],
        workers,
      },
      model: { id: 'custom-cnn', channels: [4, 4] },
      training: { epochs: 2, batchSize: 6 },
    },
    root,
  );
  const folder = join(root, name);
  const stop = new AbortController();
  let steps = 0;
  await runner.run(config, { folder, resume, signal: stop.signal }).forEach((event: RunEvent) => {
    if (event.type === 'step' && ++steps === stopAt) stop.abort();
  });
  return readRunRecord(folder);
}

const results = ({ epochs, test, validation, preset }: RunRecord) => ({
  epochs: epochs.map(({ train, validation: measured }) => ({ train, measured })),
  test,
  validation,
  preset,
});

describe('the preset aoi', () => {
  it('gives the same run with and without workers, and after a stop', async () => {
    const straight = await run('straight');
    expect(straight.status).toBe('completed');
    expect(straight.epochs.at(-1)?.train.parts['heatOutside']).toBeGreaterThan(0);
    expect(results(await run('workers', { workers: 2 }))).toEqual(results(straight));
    expect((await run('stopped', { stopAt: 3 })).status).toBe('interrupted');
    expect(results(await run('stopped', { resume: true }))).toEqual(results(straight));
  });

  it('records samples with their mark, and the accuracy of each group', async () => {
    const record = await readRunRecord(join(root, 'straight'));
    expect(record.config).toMatchObject({
      data: {
        augment: [
          { id: 'background-swap', probability: 1, matchTone: 'border' },
          { id: 'defect-paste', place: 'outside', probability: 0.5 },
          { id: 'decoy', shape: 'any', size: [0.06, 0.25], colour: 'any', probability: 0.5 },
          { id: 'flip-horizontal' },
        ],
      },
      loss: { id: 'energy', weight: 0.3 },
    });
    expect(record.config).not.toHaveProperty('preset');
    const samples = readFileSync(join(root, 'straight', 'samples.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const marks = samples.map((line) => (JSON.parse(line) as { attributes: { mark: string } }).attributes.mark);
    expect(new Set(marks)).toEqual(new Set(['yes', 'no']));
    expect(Object.keys(record.test?.['groups'] ?? {}).toSorted()).toEqual([
      'defective, mark: no',
      'defective, mark: yes',
      'good, mark: no',
      'good, mark: yes',
    ]);
  });
});
