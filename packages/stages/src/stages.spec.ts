import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fail } from '@foveate/contracts';
import type {
  AssignedSample,
  Augmentation,
  Batch,
  Mask,
  Sample,
  SampleSource,
  SourceItem,
  SplitName,
} from '@foveate/contracts';
import { from, lastValueFrom, toArray } from 'rxjs';
import { ingest } from './ingest.js';
import { slotBytes } from './data/slot-layout.js';
import { createSlots, openSlots } from './data/slots.js';
import { LocalWork } from './worker/data-work.js';
import type { LocalParts } from './worker/data-work.js';
import { mask } from './mask.js';
import { split } from './split.js';
import { evaluationBatches, trainingBatches, variantOf } from './data/batches.js';
import { chooseExplained } from './explain.js';
import { DonorSamples } from './data/donor-samples.js';
import { SampleStore } from './data/sample-store.js';

const grey = (value: number, side = 2) =>
  ({ width: side, height: side, channels: 3, data: new Uint8Array(side * side * 3).fill(value) }) as const;
const area = (value: number, side = 2): Mask => ({
  width: side,
  height: side,
  channels: 1,
  data: new Uint8Array(side * side).fill(value),
});

const sample = (id: string): Sample => ({ id, defectTypes: [] });

type Load = SampleSource['load'];

/** Images whose grey value is their id, or 0 where that is no number. */
const load: Load = ({ id }) => Promise.resolve({ image: grey(Number(id) || 0), defects: [] });
const provider = { areaOfInterest: () => Promise.resolve(area(255)) };
const good = { needsPixels: () => false, decide: () => ({ label: 0, reason: 'good' }) as const };

function work({ load: loading = load, ...overrides }: Partial<LocalParts> & { load?: Load } = {}): LocalWork {
  const source = { load: loading };
  return new LocalWork({
    source,
    aoi: provider,
    labeller: good,
    operations: [],
    size: [2, 2],
    seed: 4,
    ...overrides,
  });
}

function masked(items: readonly SourceItem[], overrides: Parameters<typeof work>[0] = {}, concurrency = 2) {
  const worker = Object.assign(work(overrides), { threads: concurrency / 2 });
  const run = { work: { open: () => Promise.resolve({ work: worker, slots: 0, close: () => worker.close() }) } };
  return lastValueFrom(from(items).pipe(mask({ ...run, emit: () => undefined } as never), toArray()));
}

describe('ingest', () => {
  it('passes on samples, skips and the error of the source', async () => {
    const skip = { path: 'x.png', reason: 'mask-without-image', message: 'No image.' };
    async function* scan(): AsyncGenerator<SourceItem> {
      yield { skip };
      yield await Promise.resolve({ sample: sample('a') });
      throw fail({ code: 'PATH_MISSING', what: 'Gone' });
    }
    const seen: SourceItem[] = [];
    const error = await new Promise((resolve) => {
      ingest({ get: () => Promise.resolve({ scan, load }) } as never).subscribe({
        next: (item) => seen.push(item),
        error: resolve,
      });
    });
    expect(seen).toMatchObject([{ skip }, { sample: { id: 'a' } }]);
    expect(error).toMatchObject({ code: 'PATH_MISSING' });
  });
});

describe('mask', () => {
  it('turns what cannot be decoded into skips, and passes other errors on', async () => {
    const broken = fail({ code: 'DATA_INVALID', what: 'Cut', where: 'b.png', reason: 'image-truncated' });
    const failing = (error: Error): Load => {
      return (item) => (item.id === 'b' ? Promise.reject(error) : load(item));
    };
    const list = [{ sample: sample('a') }, { sample: sample('b') }];
    const items = await masked(list, { load: failing(broken) });
    // In the order of completion.
    expect(items.toSorted((a, b) => Number('skip' in a) - Number('skip' in b))).toMatchObject([
      { sample: { id: 'a', label: 0 } },
      { skip: { path: 'b.png', reason: 'image-truncated', message: 'b.png: Cut.' } },
    ]);
    await expect(masked(list, { load: failing(new Error('bug')) })).rejects.toThrow('bug');
  });

  it('skips a sample whose area of interest does not fit', async () => {
    const aoi = { areaOfInterest: () => Promise.resolve(area(255, 3)) };
    expect(await masked([{ sample: sample('a') }], { aoi })).toMatchObject([{ skip: { path: 'a' } }]);
  });

  it('never decodes more samples at once than allowed', async () => {
    let now = 0;
    let most = 0;
    const slow: Load = async (item) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 2));
      now--;
      return load(item);
    };
    const items = Array.from({ length: 9 }, (_, index) => ({ sample: sample(String(index)) }));
    await masked(items, { load: slow });
    expect(most).toBe(2);
  });
});

describe('split', () => {
  const splitter = { assign: (samples: readonly AssignedSample[]) => samples.map((one) => one.split) };
  const by = (one: object) => ({ seed: 1, get: () => Promise.resolve(one) }) as never;
  const labelled = (id: string, part: SplitName) => ({ sample: assigned(id, part) });

  it('sorts samples and skips, and counts', async () => {
    const skip = (path: string) => ({ skip: { path, reason: 'r', message: 'm' } });
    const items = [skip('z'), labelled('c', 'test'), labelled('a', 'train'), skip('y'), labelled('b', 'validation')];
    const { samples, skips, counts } = await lastValueFrom(from(items).pipe(split(by(splitter))));
    expect(samples.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(skips.map(({ path }) => path)).toEqual(['y', 'z']);
    expect(counts.train).toEqual({ good: 1, defective: 0 });
  });

  it('refuses two samples of one id', async () => {
    const items = [labelled('a', 'train'), labelled('a', 'test')];
    await expect(lastValueFrom(from(items).pipe(split(by(splitter))))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { where: 'a', what: 'Two samples have the same id' },
    });
    const [one, other] = [labelled('\u00fc.png', 'train'), labelled('\u00fc.png', 'train')];
    const twins = [
      { sample: { ...one.sample, files: ['/u\u0308.png'] } },
      { sample: { ...other.sample, files: ['/\u00fc.png'] } },
    ];
    await expect(lastValueFrom(from(twins).pipe(split(by(splitter))))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { where: '\u00fc.png', what: expect.stringContaining('Unicode') },
    });
  });

  it('trusts no splitter with groups', async () => {
    const group = (id: string, part: SplitName) => ({ sample: { ...assigned(id, part), group: 'lot 1' } });
    const items = [group('a', 'train'), group('b', 'test')];
    await expect(lastValueFrom(from(items).pipe(split(by(splitter))))).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: expect.stringContaining("b: The splitter tore the group 'lot 1' apart (expected train, got test)"),
    });
    await expect(lastValueFrom(from(items).pipe(split(by({ assign: () => ['train'] }))))).rejects.toThrow(
      'b: The splitter left out a sample',
    );
  });

  it('says with a lack of samples what was skipped', async () => {
    const assign = () => {
      throw fail({ code: 'DATA_INSUFFICIENT', what: 'A split lacks a class', got: '1 good' });
    };
    const skip = { path: 'x.png', reason: 'mask-missing', message: 'There is no mask' };
    const items = [...(await masked([{ sample: sample('a') }])), { skip }];
    await expect(lastValueFrom(from(items).pipe(split(by({ assign }))))).rejects.toMatchObject({
      code: 'DATA_INSUFFICIENT',
      message: 'A split lacks a class (got 1 good; 1 skipped; first: There is no mask).',
    });
  });
});

function assigned(id: string, part: SplitName, more: Partial<AssignedSample> = {}): AssignedSample {
  return { ...sample(id), label: 0, reason: '', split: part, ...more };
}

describe('batch', () => {
  const brighter: Augmentation = {
    effect: 'photometric',
    draw: (random) => random.integer(256),
    apply: ({ image, ...masks }, value) => ({
      ...masks,
      image: { ...image, data: image.data.map(() => value as number) },
    }),
  };
  const samples = Array.from({ length: 10 }, (_, index) => assigned(String(index), index < 7 ? 'train' : 'test'));
  const feed = (augmentation: Augmentation = brighter) => ({
    samples: samples.map((item) => ({ sample: item })),
    work: work({ operations: [{ id: 'brighter', augmentation }] }),
    batchSize: 3,
    prefetch: 2,
    seed: 4,
  });
  const all = async (batches: AsyncIterable<{ ids: readonly string[]; images: Float32Array }>) => {
    const list: { ids: string; images: string }[] = [];
    for await (const { ids, images } of batches) list.push({ ids: ids.join(), images: images.join() });
    return list;
  };

  it('shuffles by seed and epoch alone, and goes on from any step', async () => {
    const first = await all(trainingBatches(feed(), 1, 0));
    expect(first.map(({ ids }) => ids.split(',').length)).toEqual([3, 3, 1]);
    expect(
      first
        .map(({ ids }) => ids)
        .join()
        .split(',')
        .sort(),
    ).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    expect(await all(trainingBatches(feed(), 1, 1))).toEqual(first.slice(1));
    const second = await all(trainingBatches(feed(), 2, 0));
    expect(second.map(({ ids }) => ids)).not.toEqual(first.map(({ ids }) => ids));
  });

  it('makes the same in memory that is used again, small batches and large ones', async () => {
    const fresh = await all(trainingBatches(feed(), 1, 0));
    const stage = feed();
    const again: string[] = [];
    for (const epoch of [2, 1]) {
      for await (const batch of trainingBatches(stage, epoch, 0)) {
        if (epoch === 1) again.push(batch.images.join());
        stage.work.reuse(batch);
        expect(batch.images).toHaveLength(0);
      }
    }
    expect(again).toEqual(fresh.map(({ images }) => images));
  });

  it('refuses a sample that an augmentation has made larger or smaller', async () => {
    for (const side of [1, 3]) {
      const resizing: Augmentation = {
        effect: 'photometric',
        draw: () => 0,
        apply: ({ image, ...masks }) => ({
          ...masks,
          image: { ...image, width: side, height: side, data: new Uint8Array(side * side * 3) },
        }),
      };
      const refused = all(trainingBatches(feed(resizing), 1, 0));
      await expect(refused).rejects.toThrow('A sample has another size than the network input once it is augmented');
    }
  });

  it('draws as many variants as asked for, the first ones of an unlimited training', async () => {
    expect([1, 2, 3, 4, 5].map((epoch) => variantOf(epoch, 2))).toEqual([1, 2, 1, 2, 1]);
    expect([1, 2, 3].map((epoch) => variantOf(epoch, undefined))).toEqual([1, 2, 3]);
    const pixel = async (epoch: number, augmentVariants?: number) => {
      const found: Record<string, number> = {};
      const stage = { ...feed(), ...(augmentVariants === undefined ? {} : { augmentVariants }) };
      for await (const { ids, images } of trainingBatches(stage, epoch, 0)) {
        for (const [index, id] of ids.entries()) found[id] = images[index * 12] ?? 0;
      }
      return found;
    };
    expect(await pixel(2, 2)).toEqual(await pixel(2));
    expect(await pixel(4, 2)).toEqual(await pixel(2));
    expect(await pixel(4)).not.toEqual(await pixel(2));
  });

  it('takes the memory of a batch back once the next is asked for', async () => {
    const list: Batch[] = [];
    const memory = new Set<number>();
    for await (const batch of trainingBatches(feed(), 3, 0)) {
      expect(list.every(({ images, aoi }) => images.length === 0 && aoi.length === 0)).toBe(true);
      memory.add(batch.images.buffer.byteLength);
      list.push(batch);
    }
    // The last one, of one sample, is made in the memory of a whole one.
    expect([...memory]).toEqual([3 * 4 * 3 * 4]);
  });

  it('hands augmentations other samples, the same for the same choice', async () => {
    const asked: (number | undefined)[] = [];
    const taking: Augmentation = {
      effect: 'content',
      draw: (random) => random.float(),
      apply: async (input, choice, { other }) => {
        asked.push((await other(choice as number))?.image.data[0]);
        expect(await other(choice as number, 1)).toBeUndefined();
        return input;
      },
    };
    const stage = feed(taking);
    const train = stage.samples.filter(({ sample: { split: part } }) => part === 'train');
    await stage.work.population(train);
    for (const epoch of [1, 1]) await all(trainingBatches(stage, epoch, 0));
    expect(asked.slice(7)).toEqual(asked.slice(0, 7));
    expect(asked.every((value) => value !== undefined && value < 7)).toBe(true);
    const store = new SampleStore({ source: { load }, aoi: provider, size: [2, 2], withDefects: false });
    const { other } = new DonorSamples(train).contextOf('3', store);
    const reach = await Promise.all([0, 0.2, 0.4, 0.5, 0.7, 0.999].map(async (x) => (await other(x))?.image.data[0]));
    expect(reach).toEqual([0, 1, 2, 4, 5, 6]);
  });

  it('evaluates in order of ids, not augmented', async () => {
    const list = await all(evaluationBatches(feed(), 'test'));
    expect(list.map(({ ids }) => ids)).toEqual(['7,8,9']);
    expect(list[0]?.images.startsWith(String(Math.fround(7 / 255)))).toBe(true);
  });
});

describe('SampleStore', () => {
  const square = (side: number) => ({ image: grey(9, side), defects: [{ type: 'crack', mask: area(255, side) }] });

  it.each(['memory', 'file'] as const)('decodes what has a slot in %s once', async (kind) => {
    const decodings: string[] = [];
    const counting: Load = ({ id }) => {
      decodings.push(id);
      return Promise.resolve(square(8));
    };
    const slots = createSlots({ kind, bytes: slotBytes(512, 512), count: 9, megabytes: 2, folder: tmpdir() })!;
    // Two bytes of each slot say what is in it, so that two slots of 1 MiB do not fit into 2 MiB.
    expect(slots.count).toBe(1);
    const store = new SampleStore({
      source: { load: counting },
      aoi: { areaOfInterest: () => Promise.resolve(area(255, 8)) },
      size: [512, 512],
      slots: openSlots(slots.handle),
      withDefects: true,
    });
    const a = { sample: { ...assigned('a', 'train'), defectTypes: ['crack'] }, slot: 0 };
    const first = await store.prepare(a);
    expect(Buffer.compare((await store.prepare(a)).image.data, first.image.data)).toBe(0);
    expect(first.defects.map(({ type }) => type)).toEqual(['crack']);
    for (let round = 0; round < 2; round++) await store.prepare({ sample: assigned('b', 'train') });
    expect(decodings).toEqual(['a', 'b', 'b']);
    slots.close();
  });

  it('says so when a file has changed since it was labelled', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'foveate-store-'));
    const file = join(folder, 'a.png');
    writeFileSync(file, 'one');
    const local = work();
    const item = await local.label({ sample: { ...sample('a'), files: [file] } });
    if (!('sample' in item)) throw new Error('skipped');
    await local.batch({ samples: [item] });
    writeFileSync(file, 'another');
    await expect(local.batch({ samples: [item] })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { where: file, reason: 'file-changed' },
    });
    rmSync(folder, { recursive: true });
  });
});

describe('chooseExplained', () => {
  const test = (id: string, label: 0 | 1, types: readonly string[]) =>
    assigned(id, 'test', { label, defectTypes: types });
  const samples = [
    ...['d1', 'd2', 'd3', 'd4'].map((id) => test(id, 1, ['crack'])),
    ...['o1', 'o2', 'o3'].map((id) => test(id, 0, ['crack'])),
    ...['g1', 'g2', 'g3'].map((id) => test(id, 0, [])),
    assigned('t1', 'train', { label: 1 }),
  ];
  const stored = samples.map((item) => ({ sample: item }));
  const kinds = (count: number) =>
    chooseExplained(stored, count)
      .map(({ sample: { id } }) => id.charAt(0))
      .join('');

  it('mixes defective images, flaws outside the area, and sound ones', () => {
    expect(kinds(8)).toBe('dododogg');
    expect(kinds(3)).toBe('dod');
    expect(kinds(0)).toBe('');
    expect(kinds(50)).toBe('dododod' + 'ggg');
  });

  it('shows each group of attributes', () => {
    const marked = stored.map(({ sample }, index) => ({
      sample: { ...sample, attributes: { mark: index % 2 === 0 ? 'yes' : 'no' } },
    }));
    const chosen = chooseExplained(marked, 8).map(({ sample }) => `${sample.id.charAt(0)} ${sample.attributes?.mark}`);
    expect(chosen).toEqual(['d no', 'o no', 'd yes', 'o yes', 'd no', 'o yes', 'g no', 'g yes']);
  });

  it('depends on the ids alone', () => {
    expect(chooseExplained(stored.toReversed(), 6)).toEqual(chooseExplained(stored, 6));
  });
});
