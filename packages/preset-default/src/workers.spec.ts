/** Data work in threads, with the plugins of the preset. The threads run what is compiled into dist. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Batch, RunEvent } from '@foveate/contracts';
import { writePng } from '@foveate/image';
import { createRunner } from '@foveate/pipeline';
import { finalize, lastValueFrom, merge, tap, toArray } from 'rxjs';
import { batchesOf, evaluationBatches, loadData, RunScope, trainingBatches, type BatchStage } from '@foveate/stages';
import { defaultConfig, defaultPluginModule, defaultPlugins } from './index.js';

const runner = createRunner({
  plugins: defaultPlugins,
  pluginModule: defaultPluginModule,
  defaults: defaultConfig,
  allowPlugins: true,
});
let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'foveate-workers-'));
  process.env['FOVEATE_HOME'] = join(root, 'home');
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Workers of this process that have not ended. */
const workersAlive = () => (process.report.getReport() as unknown as { workers: unknown[] }).workers.length;

/** Waits until no more workers are alive than that. */
async function backTo(count: number): Promise<void> {
  for (let wait = 0; wait < 50 && workersAlive() > count; wait++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(workersAlive()).toBeLessThanOrEqual(count);
}

async function open(data: object, more: object = {}) {
  let loaded = false;
  const config = await runner.makeConfig(
    {
      data: { source: { id: 'synthetic-zipper', good: 12, defective: 12, size: 64 }, size: 32, ...data },
      training: { batchSize: 5 },
      ...more,
    },
    root,
  );
  const scope = await RunScope.open(config, runner.registry, { cacheFolder: root });
  return {
    scope,
    loading: loadData(scope).pipe(
      finalize(() => loaded || void scope.close()),
      tap(() => (loaded = true)),
    ),
  };
}

async function withData<T>(data: object, work: (stage: BatchStage) => Promise<T>) {
  const { scope, loading } = await open(data);
  try {
    const set = await lastValueFrom(loading);
    await scope.work.chooseDonors(set.stored);
    return await work(batchesOf(set, scope));
  } finally {
    await scope.close();
  }
}

async function contents(batches: AsyncIterable<Batch>) {
  const list: { ids: string; labels: string; sum: number; pixels: string }[] = [];
  for await (const { ids, labels, images, aoi } of batches) {
    const sum = aoi.reduce((total, value) => total + value, 0);
    list.push({
      ids: ids.join(),
      labels: labels.join(),
      sum,
      pixels: Buffer.from(images.slice().buffer).toString('base64'),
    });
  }
  return list;
}

const augment = [
  'flip-horizontal',
  { id: 'affine', probability: 1 },
  'brightness-contrast',
  { id: 'defect-paste', probability: 1 },
];

describe('workers', () => {
  it('do every operation alike', async () => {
    const ids = runner.registry.ids('augmentation').filter((id) => id !== 'one-of');
    const every = [...ids.map((id) => ({ id, probability: 1 })), { id: 'one-of', of: ids }];
    const epoch = (workers: number) =>
      withData({ augment: every, workers }, (stage) => contents(trainingBatches(stage, 1, 0)));
    expect(await epoch(2)).toEqual(await epoch(0));
  });

  it('make the same batches however many they are, wherever samples are kept', async () => {
    const epochs = (data: object) =>
      withData({ augment, ...data }, async (stage) => [
        await contents(trainingBatches(stage, 1, 0)),
        await contents(trainingBatches(stage, 2, 1)),
        await contents(evaluationBatches(stage, 'validation')),
      ]);
    const alone = await epochs({ workers: 0 });
    expect(alone[0]!.length).toBeGreaterThan(2);
    for (const data of [
      { workers: 1, prefetch: 1 },
      { workers: 2, cache: 'file' },
      { workers: 4, prefetch: 6, cache: 'none' },
    ]) {
      expect(await epochs(data)).toEqual(alone);
    }
  });

  it('go on in the middle of an epoch with what would have come', async () => {
    await withData({ augment, workers: 2 }, async (stage) => {
      const whole = await contents(trainingBatches(stage, 3, 0));
      expect(await contents(trainingBatches(stage, 3, 2))).toEqual(whole.slice(2));
    });
  });

  it('make no more batches than may exist, however slow the consumer', async () => {
    await withData({ workers: 2, prefetch: 2 }, async (stage) => {
      let asked = 0;
      const counting = {
        ...stage,
        work: {
          ...stage.work,
          threads: 2,
          batch: (plan: never) => (asked++, stage.work.batch(plan)),
          reuse: () => undefined,
        },
      };
      let used = 0;
      for await (const { ids } of trainingBatches(counting, 1, 0)) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        expect(asked - used).toBeLessThanOrEqual(2);
        expect(ids.length).toBeGreaterThan(0);
        used++;
      }
    });
  });

  it('are gone once the data is closed, and when nobody waits for it any more', async () => {
    const before = workersAlive();
    await withData({ workers: 3 }, async () => {
      expect(workersAlive()).toBe(before + 3);
      await Promise.resolve();
    });
    expect(workersAlive()).toBe(before);
    const { loading, scope } = await open({
      workers: 2,
      source: { id: 'synthetic-zipper', good: 300, defective: 100, size: 64 },
    });
    await new Promise<void>((resolve) => {
      const subscription = merge(scope.events, loading).subscribe((step) => {
        expect(step).toMatchObject({ type: 'loading', total: 400 });
        subscription.unsubscribe();
        resolve();
      });
    });
    await backTo(before);
  });

  it('pass on what is wrong with a file that changed while training', async () => {
    const images = join(root, 'changing');
    for (const type of ['good', 'bad']) {
      mkdirSync(join(images, type), { recursive: true });
      for (let i = 0; i < 8; i++) {
        const data = new Uint8Array(16 * 16 * 3).fill(i * 9);
        await writePng(join(images, type, `${String(i)}.png`), { width: 16, height: 16, channels: 3, data });
      }
    }
    const source = { id: 'folders', root: images, classes: { good: 'good', bad: 'bad' } };
    const data = { source, size: 16, cache: 'none', workers: 2, aoi: 'whole', label: { id: 'aoi', byGeometry: false } };
    await withData(data, async (stage) => {
      await contents(trainingBatches(stage, 1, 0));
      for (const { sample } of stage.samples) writeFileSync(sample.files![0]!, 'no image any more');
      const broken = contents(trainingBatches(stage, 2, 0));
      await expect(broken).rejects.toMatchObject({
        code: 'DATA_INVALID',
        parts: { where: expect.stringContaining(images) },
      });
    });
  });

  it('that die are an error and no wait without end', async () => {
    await plugin(
      { kind: 'source', id: 'deadly', summary: 'Ends its thread.' },
      `import { isMainThread } from 'node:worker_threads';
       export const register = () => ({
         async *scan() { for (let i = 0; i < 9; i++) yield { sample: { id: String(i), defectTypes: [] } }; },
         load: () => { if (!isMainThread) process.exit(7); return Promise.reject(new Error('not in this thread')); },
       });`,
    );
    const before = workersAlive();
    const { loading } = await open({ source: 'deadly', workers: 2 }, { plugins: ['./deadly'] });
    await expect(lastValueFrom(loading)).rejects.toMatchObject({
      code: 'DATA_WORKER_STOPPED',
      message: expect.stringContaining('exit code 7'),
    });
    await backTo(before);
  });

  it('find plugins of other kinds where one for data asks for them', async () => {
    await plugin(
      { kind: 'aoi', id: 'asking', summary: 'Asks for the loss.' },
      `export const register = async (options, context) => {
         const { uses } = await context.get('loss');
         return { areaOfInterest: async (sample, { image: { width, height } }) =>
           ({ width, height, channels: 1, data: new Uint8Array(width * height).fill(uses.length === 0 ? 255 : 1) }) };
       };`,
    );
    const { loading, scope } = await open({ aoi: 'asking', workers: 1 }, { plugins: ['./asking'] });
    expect((await lastValueFrom(loading)).stored.length).toBeGreaterThan(12);
    await scope.close();
  });
});

/** Writes a plugin package into the folder of the configuration; `code` exports `register`. */
async function plugin(meta: { kind: string; id: string; summary: string }, code: string): Promise<void> {
  const folder = join(root, meta.id);
  await mkdir(folder, { recursive: true });
  const foveate = { contract: '^2', plugins: [{ ...meta, export: 'plugin' }] };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', main: 'index.js', foveate }));
  await writeFile(join(folder, 'register.js'), code);
  await writeFile(
    join(folder, 'index.js'),
    `import { register } from './register.js';
     const jsonSchema = { input: () => ({ type: 'object' }), output: () => ({ type: 'object' }) };
     const standard = { version: 1, vendor: 'test', validate: (value) => ({ value }), jsonSchema };
     export const plugin = { meta: ${JSON.stringify({ ...meta, contract: '^2' })}, options: { '~standard': standard }, register };`,
  );
}

it('trains with workers to the same numbers as without, and says how long it waited', async () => {
  const train = async (workers: number) => {
    const data = { source: { id: 'synthetic-zipper', good: 12, defective: 12, size: 64 }, size: 32, workers, augment };
    const model = { id: 'custom-cnn', channels: [2, 2] };
    const config = await runner.makeConfig({ data, model, training: { epochs: 2, batchSize: 6 } }, root);
    const folder = join(root, `run-${String(workers)}`);
    const events = await lastValueFrom(runner.run(config, { folder }).pipe(toArray()));
    return events.flatMap((event: RunEvent) => (event.type === 'epoch' ? [event.record] : []));
  };
  const before = workersAlive();
  const [alone, together] = [await train(0), await train(2)];
  expect(workersAlive()).toBeLessThanOrEqual(before);
  expect(together.map(({ train: { loss } }) => loss)).toEqual(alone.map(({ train: { loss } }) => loss));
  for (const { dataWait } of [...alone, ...together]) {
    expect(dataWait).toBeGreaterThanOrEqual(0);
    expect(dataWait).toBeLessThanOrEqual(1);
  }
});
