import { describe, expect, it } from '@jest/globals';
import type { LabelledItem, LabelledSample, LabelledSampleItem } from '@foveate/contracts';
import { lookLength } from '@foveate/image';
import fc from 'fast-check';
import { from, lastValueFrom, toArray } from 'rxjs';
import type { DuplicatesConfig } from '@foveate/assembly';
import { deduplicate } from './deduplicate.js';

/** A sample whose image is the one of that name. */
function of(id: string, image: string, more: Partial<LabelledSample> = {}): LabelledSampleItem {
  const sample: LabelledSample = { id, label: 0, defectTypes: [], reason: 'made for the test', ...more };
  return { sample, fingerprint: { pixels: image, look: new Float32Array(lookLength) } };
}

const group: DuplicatesConfig = { treatment: 'group', near: false };
const drop: DuplicatesConfig = { treatment: 'drop', near: false };

async function run(items: readonly LabelledItem[], config: DuplicatesConfig) {
  const result: readonly LabelledItem[] = await lastValueFrom(
    from(items).pipe(deduplicate({ settings: { data: { duplicates: config } } }), toArray()),
  );
  return {
    samples: result.flatMap((item) => ('sample' in item ? [item.sample] : [])),
    skips: result.flatMap((item) => ('skip' in item ? [item.skip] : [])),
    clusters: result.flatMap((item) => ('duplicates' in item ? [item.duplicates] : [])),
  };
}

const groupsOf = (samples: readonly LabelledSample[]) =>
  Object.fromEntries(samples.map(({ id, group: name }) => [id, name]));

describe('deduplicate', () => {
  it('makes one group of copies and of the groups they belong to', async () => {
    const { samples, skips, clusters } = await run(
      [
        of('e', 'Z'),
        of('d', 'Y', { group: 'lot 2' }),
        of('c', 'X', { group: 'lot 2' }),
        of('b', 'X', { group: 'lot 1', label: 1 }),
        of('a', 'W', { group: 'lot 1' }),
        of('f', 'V', { group: 'lot 3' }),
      ],
      group,
    );
    const merged = 'duplicates of a';
    expect(groupsOf(samples)).toEqual({ a: merged, b: merged, c: merged, d: merged, e: undefined, f: 'lot 3' });
    expect(skips).toEqual([]);
    expect(clusters).toEqual([{ ids: ['b', 'c'], similarity: 1, labelsDiffer: true, treated: true }]);
  });

  it('keeps the copy that is tested and leaves out those trained on, naming both files', async () => {
    const { samples, skips, clusters } = await run(
      [
        of('train/1', 'X', { split: 'train', files: ['/data/train/1.png', '/data/mask/1.png'] }),
        of('test/7', 'X', { split: 'test', files: ['/data/test/7.png'] }),
        of('validation/3', 'X', { split: 'validation' }),
        of('test/8', 'X', { split: 'test' }),
        of('free', 'X'),
        of('train/2', 'Y', { split: 'train' }),
      ],
      group,
    );
    expect(samples.map(({ id }) => id)).toEqual(['free', 'test/7', 'test/8', 'train/2']);
    expect(new Set(samples.slice(0, 3).map((sample) => sample.group)).size).toBe(1);
    expect(skips).toEqual([
      {
        path: '/data/train/1.png',
        reason: 'duplicate-of-test',
        message: 'The image is the same as /data/test/7.png, which is in test',
      },
      {
        path: 'validation/3',
        reason: 'duplicate-of-test',
        message: 'The image is the same as /data/test/7.png, which is in test',
      },
    ]);
    expect(clusters[0]?.ids).toHaveLength(5);
  });

  it('goes by the split of the group where the sample has none of its own', async () => {
    const { samples, skips } = await run(
      [
        of('a', 'X', { group: 'lot 1' }),
        of('b', 'Y', { group: 'lot 1', split: 'train' }),
        of('c', 'X', { split: 'test' }),
      ],
      group,
    );
    expect(skips).toMatchObject([{ path: 'a', reason: 'duplicate-of-test' }]);
    expect(groupsOf(samples)).toEqual({ b: 'lot 1', c: undefined });
  });

  it('drops all copies but one of each label', async () => {
    const { samples, skips } = await run([of('a', 'X'), of('b', 'X', { label: 1 }), of('c', 'X'), of('d', 'Y')], drop);
    expect(samples.map(({ id }) => id)).toEqual(['a', 'b', 'd']);
    // What is left of the cluster still stays together.
    expect(samples[0]?.group).toBe(samples[1]?.group);
    expect(skips).toEqual([{ path: 'c', reason: 'duplicate', message: 'The image is the same as a' }]);
  });

  it('changes nothing when told so', async () => {
    const items = [of('b', 'X'), of('a', 'X')];
    const { samples, clusters } = await run(items, { treatment: 'ignore', near: 0.85 });
    expect(samples).toEqual([items[1]?.sample, items[0]?.sample]);
    expect(clusters).toEqual([]);
  });

  it('reports near duplicates that are too many, and leaves them', async () => {
    const noise = (seed: number) =>
      Float32Array.from({ length: lookLength }, (_, k) => Math.sin(seed * 37.7 + k * k * (seed + 1)));
    // 20 distinct images, and one with 9 more like it.
    const looks = [...Array.from({ length: 20 }, (_, i) => noise(i)), ...Array.from({ length: 9 }, (_, i) => noise(0).map((v, k) => v + 0.05 * noise(50 + i)[k]!))]; // prettier-ignore
    const items = looks.map((look, index) => ({
      ...of(`s${String(index).padStart(2, '0')}`, String(index)),
      fingerprint: { pixels: String(index === 28 ? 27 : index), look },
    }));
    const { samples, clusters } = await run(items, { treatment: 'group', near: 0.85 });
    expect(clusters).toMatchObject([
      { treated: false, similarity: expect.any(Number) },
      { ids: ['s27', 's28'], similarity: 1, treated: true },
    ]);
    expect(clusters[0]?.ids).toHaveLength(10);
    expect(samples.filter((sample) => sample.group !== undefined).map(({ id }) => id)).toEqual(['s27', 's28']);
    const fewer = await run(items.slice(0, 25), { treatment: 'group', near: 0.85 });
    expect(fewer.clusters).toMatchObject([{ treated: true }]);
    expect(fewer.clusters[0]?.similarity).toBeLessThan(1);
  });

  it('never lets copies or groups part, whatever the order', async () => {
    const rows = fc.array(
      fc.record({
        image: fc.constantFrom('U', 'V', 'W', 'X', 'Y', 'Z'),
        label: fc.constantFrom(0 as const, 1 as const),
        name: fc.option(fc.constantFrom('lot 1', 'lot 2', 'lot 3'), { nil: undefined }),
        // A declared group lies in one split, or the splitter refuses it.
        split: fc.option(fc.constantFrom('train' as const, 'validation' as const, 'test' as const), { nil: undefined }),
      }),
      { maxLength: 24 },
    );
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(group, drop), async (list, config) => {
        const items = list.map(({ image, label, name, split }, index) =>
          of(`s${index}`, image, {
            label,
            ...(name === undefined ? (split === undefined ? {} : { split }) : { group: name }),
          }),
        );
        const { samples, skips } = await run(items, config);
        expect(samples.length + skips.length).toBe(items.length);
        const imageOf = new Map(items.map(({ sample, fingerprint }) => [sample.id, fingerprint?.pixels]));
        const before = new Map(items.map(({ sample }) => [sample.id, sample.group]));
        for (const a of samples) {
          for (const b of samples) {
            if (a.id === b.id) continue;
            const bound =
              imageOf.get(a.id) === imageOf.get(b.id) ||
              (before.get(a.id) !== undefined && before.get(a.id) === before.get(b.id));
            if (bound) expect(a.group).toBe(b.group);
            if (bound) expect(a.group).toBeDefined();
            if (bound && a.split !== undefined && b.split !== undefined) expect(a.split).toBe(b.split);
            if (bound && config === drop && imageOf.get(a.id) === imageOf.get(b.id)) expect(a.label).not.toBe(b.label);
          }
        }
        expect(await run(items.toReversed(), config)).toEqual({ samples, skips, clusters: expect.anything() });
      }),
    );
  });
});
