import { describe, expect, it } from '@jest/globals';
import { fail } from '@foveate/contracts';
import type {
  AssignedSample,
  Augmentation,
  Mask,
  Sample,
  SampleSource,
  SourceItem,
  SplitName,
} from '@foveate/contracts';
import { from, lastValueFrom, toArray } from 'rxjs';
import { ingest } from './1-ingest.js';
import { mask } from './2-mask.js';
import type { MaskStage } from './2-mask.js';
import { split } from './3-split.js';
import { evaluationBatches, stack, trainingBatches } from './5-batch.js';
import { chooseExplained } from './7-explain.js';
import { SampleStore } from './sample-store.js';

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

function stage({ load: loading = load, ...overrides }: Partial<MaskStage> & { load?: Load }): MaskStage {
  const source = { load: loading };
  const store = new SampleStore({ source, aoi: provider }, [2, 2], 1);
  return { source, aoi: provider, labeller: good, store, concurrency: 2, ...overrides };
}

const masked = (items: readonly SourceItem[], overrides: Parameters<typeof stage>[0] = {}) =>
  lastValueFrom(from(items).pipe(mask(stage(overrides)), toArray()));

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
      ingest({ scan, load }).subscribe({ next: (item) => seen.push(item), error: resolve });
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
    const items = await masked(list, { concurrency: 1, load: failing(broken) });
    expect(items).toMatchObject([
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
  const splitter = { assign: (samples: readonly AssignedSample[]) => samples };
  const labelled = (id: string, part: SplitName) => ({ sample: { ...assigned(id, part) } });

  it('sorts samples and skips, and counts', async () => {
    const skip = (path: string) => ({ skip: { path, reason: 'r', message: 'm' } });
    const items = [skip('z'), labelled('c', 'test'), labelled('a', 'train'), skip('y'), labelled('b', 'validation')];
    const { samples, skips, counts } = await lastValueFrom(from(items).pipe(split(splitter as never, 1)));
    expect(samples.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(skips.map(({ path }) => path)).toEqual(['y', 'z']);
    expect(counts.train).toEqual({ good: 1, defective: 0 });
  });

  it('refuses two samples of one id', async () => {
    const items = [labelled('a', 'train'), labelled('a', 'test')];
    await expect(lastValueFrom(from(items).pipe(split(splitter as never, 1)))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: 'a: Two samples have the same id.',
    });
  });

  it('says with a lack of samples what was skipped', async () => {
    const assign = () => {
      throw fail({ code: 'DATA_INSUFFICIENT', what: 'A split lacks a class', got: '1 good' });
    };
    const skip = { path: 'x.png', reason: 'mask-missing', message: 'There is no mask' };
    const items = [...(await masked([{ sample: sample('a') }])), { skip }];
    await expect(lastValueFrom(from(items).pipe(split({ assign }, 1)))).rejects.toMatchObject({
      code: 'DATA_INSUFFICIENT',
      message: 'A split lacks a class (got 1 good; 1 skipped; first: There is no mask).',
    });
  });
});

function assigned(id: string, part: SplitName, more: Partial<AssignedSample> = {}): AssignedSample {
  return { ...sample(id), label: 0, reason: '', split: part, ...more };
}

describe('batch', () => {
  it('scales pixels to [0, 1] and areas to 0 or 1', () => {
    const pixels = { image: grey(51, 1), aoi: area(255, 1), defects: [] };
    const { images, aoi, labels, ids } = stack([{ id: 'a', label: 1, ...pixels }], 1, 1);
    expect([...images].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([0.2, 0.2, 0.2]);
    expect({ aoi: [...aoi], labels: [...labels], ids }).toEqual({ aoi: [1], labels: [1], ids: ['a'] });
  });

  const brighter: Augmentation = {
    effect: 'photometric',
    draw: (random) => random.integer(256),
    apply: ({ image, ...masks }, value) => ({
      ...masks,
      image: { ...image, data: image.data.map(() => value as number) },
    }),
  };
  const samples = Array.from({ length: 10 }, (_, index) => assigned(String(index), index < 7 ? 'train' : 'test'));
  const feed = (augmentations: readonly Augmentation[]) => ({
    samples,
    store: new SampleStore({ source: { load }, aoi: provider }, [2, 2], 1),
    size: [2, 2] as const,
    batchSize: 3,
    prefetch: 2,
    seed: 4,
    operations: augmentations.map((augmentation) => ({ id: 'brighter', augmentation })),
    labeller: good,
  });
  const all = async (batches: AsyncIterable<{ ids: readonly string[]; images: Float32Array }>) => {
    const list: { ids: string; images: string }[] = [];
    for await (const { ids, images } of batches) list.push({ ids: ids.join(), images: images.join() });
    return list;
  };

  it('shuffles by seed and epoch alone, and goes on from any step', async () => {
    const first = await all(trainingBatches(feed([brighter]), 1, 0));
    expect(first.map(({ ids }) => ids.split(',').length)).toEqual([3, 3, 1]);
    expect(
      first
        .map(({ ids }) => ids)
        .join()
        .split(',')
        .sort(),
    ).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    expect(await all(trainingBatches(feed([brighter]), 1, 1))).toEqual(first.slice(1));
    const second = await all(trainingBatches(feed([brighter]), 2, 0));
    expect(second.map(({ ids }) => ids)).not.toEqual(first.map(({ ids }) => ids));
  });

  it('evaluates in order of ids, not augmented', async () => {
    const list = await all(evaluationBatches(feed([brighter]), 'test'));
    expect(list.map(({ ids }) => ids)).toEqual(['7,8,9']);
    expect(list[0]?.images.startsWith(String(Math.fround(7 / 255)))).toBe(true);
  });
});

describe('SampleStore', () => {
  it('keeps what fits its budget and decodes the rest again', async () => {
    let decodings = 0;
    const counting: Load = (item) => {
      decodings++;
      return load(item);
    };
    const store = new SampleStore({ source: { load: counting }, aoi: provider }, [512, 512], 1);
    for (let round = 0; round < 2; round++) {
      for (const id of ['a', 'b']) await store.prepare(assigned(id, 'train'));
    }
    expect(store.bytes).toBe(1024 * 1024);
    expect(decodings).toBe(3);
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
  const kinds = (count: number) =>
    chooseExplained(samples, count)
      .map(({ id }) => id.charAt(0))
      .join('');

  it('mixes defective images, flaws outside the area, and sound ones', () => {
    expect(kinds(8)).toBe('dododogg');
    expect(kinds(3)).toBe('dod');
    expect(kinds(0)).toBe('');
    expect(kinds(50)).toBe('dododod' + 'ggg');
  });

  it('depends on the ids alone', () => {
    expect(chooseExplained(samples.toReversed(), 6)).toEqual(chooseExplained(samples, 6));
  });
});
