import { describe, expect, it } from '@jest/globals';
import { splitNames, type LabelledSample } from '@foveate/contracts';
import fc from 'fast-check';
import { apportion } from './apportion.js';
import { divide } from './divide.js';
import { kFoldSplitter } from './k-fold-splitter.js';
import { sourceSplitter } from './source-splitter.js';
import { stratifiedSplitter } from './stratified-splitter.js';
import { buildSplitter } from './testing/build-splitter.js';

/** A data set in no particular order: some samples alone, some in groups of up to a few, labels and types mixed. */
const dataSets = fc
  .array(
    fc.record({
      label: fc.constantFrom(0 as const, 1 as const),
      types: fc.subarray(['dent', 'rough', 'stain']),
      group: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((rows) =>
    rows.map(({ label, types, group }, index): LabelledSample => ({
      id: `part/${String(index)}`,
      label,
      defectTypes: types,
      reason: 'made for the test',
      ...(group === undefined ? {} : { group: `lot ${String(group)}` }),
    })),
  );
const weights = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 })
  .filter((list) => list.some((weight) => weight > 0));
const seeds = fc.nat();

const partById = (samples: readonly LabelledSample[], parts: Uint8Array) =>
  new Map(samples.map(({ id }, index) => [id, parts[index]]));
const shuffled = <T>(list: readonly T[], keys: readonly number[]) =>
  list
    .map((item, index) => ({ item, key: keys[index % keys.length]! * ((index % 7) + 1) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

describe('divide', () => {
  it('depends on seed and ids, whatever the order of the samples', () => {
    fc.assert(
      fc.property(dataSets, weights, seeds, fc.array(fc.nat(), { minLength: 5 }), (samples, shares, seed, keys) => {
        const other = shuffled(samples, keys);
        expect(partById(other, divide(other, shares, seed))).toEqual(partById(samples, divide(samples, shares, seed)));
      }),
    );
  });

  it('tears no group apart and leaves parts of no weight empty', () => {
    fc.assert(
      fc.property(dataSets, weights, seeds, (samples, shares, seed) => {
        const parts = divide(samples, shares, seed);
        const partOf = new Map<string, number>();
        for (const [index, { group }] of samples.entries()) {
          expect(shares[parts[index]!]).toBeGreaterThan(0);
          if (group !== undefined) expect(partOf.get(group) ?? parts[index]).toBe(parts[index]);
          if (group !== undefined) partOf.set(group, parts[index]!);
        }
      }),
    );
  });

  it('is exact by label where there are no groups', () => {
    fc.assert(
      fc.property(dataSets, weights, seeds, (samples, shares, seed) => {
        const alone = samples.map(({ id, label, defectTypes, reason }): LabelledSample => ({
          id,
          label,
          defectTypes,
          reason,
        }));
        const parts = divide(alone, shares, seed);
        for (const label of [0, 1]) {
          const mine = [...parts].filter((_, index) => alone[index]?.label === label);
          const sizes = shares.map((_, part) => mine.filter((value) => value === part).length);
          expect(sizes).toEqual(apportion(mine.length, shares));
        }
      }),
    );
  });

  it('comes within a sample where groups of two can be combined to it', () => {
    // 40 groups, each one good and one dented part, and a rare type in every eighth.
    const samples = Array.from({ length: 80 }, (_, index): LabelledSample => {
      const lot = Math.floor(index / 2);
      const defectTypes = index % 2 === 0 ? [] : [lot % 8 === 0 ? 'crack' : 'dent'];
      return { id: `p${index}`, label: index % 2 === 0 ? 0 : 1, defectTypes, reason: '', group: `lot${lot}` };
    });
    for (let seed = 0; seed < 20; seed++) {
      const parts = divide(samples, [0.6, 0.2, 0.2], seed);
      const held = (keep: (sample: LabelledSample) => boolean) =>
        [0, 1, 2].map((part) => samples.filter((sample, index) => parts[index] === part && keep(sample)).length);
      expect(held(({ label }) => label === 0)).toEqual([24, 8, 8]);
      expect(held(({ label }) => label === 1)).toEqual([24, 8, 8]);
      expect(held(({ defectTypes }) => defectTypes[0] === 'crack')).toEqual([3, 1, 1]);
    }
  });

  it('leaves no part without a label as long as there are groups to give', () => {
    // By size alone the last group belongs to the first part: 10 of 14 there are nearer than 5.
    const samples = Array.from({ length: 20 }, (_, index): LabelledSample => ({
      id: `p${index}`,
      label: index % 2 === 0 ? 0 : 1,
      defectTypes: [],
      reason: '',
      group: `lot${index % 4 < 2 ? 0 : 2}${Math.floor(index / 10)}`,
    }));
    const parts = divide(samples, [0.8, 0.1, 0.1], 1);
    expect(new Set(parts)).toEqual(new Set([0, 1, 2]));
  });

  it('gives the same parts on every machine', () => {
    const samples = Array.from({ length: 24 }, (_, index): LabelledSample => ({
      id: `part/${String(index)}`,
      label: index % 3 === 0 ? 1 : 0,
      defectTypes: index % 3 === 0 ? [index % 2 === 0 ? 'dent' : 'rough'] : [],
      reason: '',
      ...(index < 9 ? { group: `lot ${String(index % 4)}` } : {}),
    }));
    expect([...divide(samples, [0.5, 0.25, 0.25], 7)].join('')).toMatchInlineSnapshot(`"010201020210100000012122"`);
  });
});

describe('k-fold', () => {
  it('tests every sample once, keeps groups together and gives each fold its part of each label', async () => {
    const samples = Array.from({ length: 120 }, (_, index): LabelledSample => ({
      id: `p${index}`,
      label: index % 4 === 0 ? 1 : 0,
      defectTypes: index % 4 === 0 ? [index % 8 === 0 ? 'dent' : 'rough'] : [],
      reason: '',
      ...(index < 60 ? { group: `lot${Math.floor(index / 3)}` } : {}),
    }));
    const tested = new Map<string, number>();
    for (let fold = 1; fold <= 5; fold++) {
      const splitter = await buildSplitter(kFoldSplitter, { folds: 5, fold, validation: 0.25 });
      const result = splitter.assign(samples, 3);
      expect(result.map(({ id }) => id)).toEqual(samples.map(({ id }) => id));
      for (const { id, split } of result) if (split === 'test') tested.set(id, (tested.get(id) ?? 0) + 1);
      for (const group of new Set(samples.flatMap(({ group: name }) => name ?? []))) {
        expect(new Set(result.filter((one) => one.group === group).map(({ split }) => split)).size).toBe(1);
      }
      const held = (label: 0 | 1) =>
        splitNames.map((name) => result.filter((one) => one.split === name && one.label === label).length);
      for (const [label, [train, validation, test]] of [
        [0, [54, 18, 18]],
        [1, [18, 6, 6]],
      ] as const) {
        const [a = 0, b = 0, c = 0] = held(label);
        expect([Math.abs(a - train) <= 2, Math.abs(b - validation) <= 2, Math.abs(c - test) <= 2]).toEqual([
          true,
          true,
          true,
        ]);
      }
    }
    expect([...tested.values()]).toEqual(samples.map(() => 1));
  });

  it('covers the data whatever it looks like', async () => {
    const splitters = await Promise.all([1, 2, 3].map((fold) => buildSplitter(kFoldSplitter, { folds: 3, fold })));
    fc.assert(
      fc.property(dataSets, seeds, (samples, seed) => {
        // Enough of both labels for every split.
        const more = (label: 0 | 1) =>
          Array.from({ length: 12 }, (_, index) => ({ id: `${label}/${index}`, label, defectTypes: [], reason: '' }));
        const all = [...samples, ...more(0), ...more(1)];
        const tested = splitters.flatMap((splitter) =>
          splitter.assign(all, seed).flatMap(({ id, split }) => (split === 'test' ? [id] : [])),
        );
        expect(tested.sort()).toEqual(all.map(({ id }) => id).sort());
      }),
      { numRuns: 30 },
    );
  });

  it('refuses prescribed splits and a fold that there is not', async () => {
    const splitter = await buildSplitter(kFoldSplitter);
    const sample = { id: 'a', label: 0, defectTypes: [], reason: '', split: 'test' } as const;
    expect(() => splitter.assign([sample], 1)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    await expect(buildSplitter(kFoldSplitter, { folds: 3, fold: 4 })).rejects.toThrow('at most folds');
  });
});

describe('the seed of a split', () => {
  const samples = Array.from({ length: 40 }, (_, index): LabelledSample => ({
    id: `p${index}`,
    label: index % 2 === 0 ? 0 : 1,
    defectTypes: [],
    reason: '',
  }));
  it.each([
    ['stratified', stratifiedSplitter, samples],
    ['k-fold', kFoldSplitter, samples],
    ['source', sourceSplitter, samples.map((sample) => ({ ...sample, split: 'train' as const }))],
  ] as const)('of %s goes before that of the run', async (...[, plugin, list]) => {
    const own = await buildSplitter(plugin, { seed: 5 });
    const run = await buildSplitter(plugin);
    expect(own.assign(list, 1)).toEqual(own.assign(list, 2));
    expect(own.assign(list, 1)).toEqual(run.assign(list, 5));
    expect(run.assign(list, 1)).not.toEqual(run.assign(list, 2));
  });
});

describe('a group of which the source prescribes one sample', () => {
  const sample = (id: string, label: 0 | 1, more: Partial<LabelledSample>): LabelledSample => ({
    id,
    label,
    defectTypes: [],
    reason: '',
    ...more,
  });
  it('goes with it, also by the splits of the source', async () => {
    const pair = (name: string, split: 'train' | 'validation') =>
      ([0, 1] as const).map((label) => sample(`${name}${label}`, label, { split, group: `${name}${label}` }));
    const follower = sample('z', 1, { group: 'v1' });
    const splitter = await buildSplitter(sourceSplitter);
    const result = splitter.assign([...pair('t', 'train'), ...pair('v', 'validation'), follower], 1);
    expect(result.at(-1)?.split).toBe('validation');
    const torn = [...pair('t', 'train'), sample('z', 1, { group: 't1', split: 'test' })];
    expect(() => splitter.assign(torn, 1)).toThrow("group 't1' both in train and in test");
  });
});
