import { describe, expect, it } from '@jest/globals';
import { splitNames, type AssignedSample, type LabelledSample, type SplitName } from '@foveate/contracts';
import { apportion, sourceSplitter, stratifiedSplitter } from './index.js';
import { buildSplitter } from './testing/build-splitter.js';

type Extra = Partial<Pick<LabelledSample, 'group' | 'split'>>;

function sample(id: string, label: 0 | 1, type?: string, extra: Extra = {}): LabelledSample {
  return {
    id,
    label,
    defectTypes: type === undefined ? [] : [type],
    reason: 'made for the test',
    ...extra,
  };
}

const several = (count: number, prefix: string, label: 0 | 1, type?: string, extra: Extra = {}): LabelledSample[] =>
  Array.from({ length: count }, (_, index) => sample(`${prefix}/${index}`, label, type, extra));

function counts(samples: readonly AssignedSample[], keep: (one: AssignedSample) => boolean): number[] {
  return splitNames.map((name) => samples.filter((one) => one.split === name && keep(one)).length);
}

const splitById = (samples: readonly AssignedSample[]): Map<string, SplitName> =>
  new Map(samples.map(({ id, split }) => [id, split]));

describe('apportion', () => {
  it.each([
    [10, [0.7, 0.2, 0.1], [7, 2, 1]],
    // 151.2, 43.2, 21.6 and 128.8, 36.8, 18.4: the paper's zipper set.
    [216, [0.7, 0.2, 0.1], [151, 43, 22]],
    [184, [0.7, 0.2, 0.1], [129, 37, 18]],
    // 3.5, 1, 0.5: the tie goes to the smaller part.
    [5, [0.7, 0.2, 0.1], [3, 1, 1]],
    // 2.1, 0.6, 0.3 gives 2, 1, 0; no part stays empty.
    [3, [0.7, 0.2, 0.1], [1, 1, 1]],
    [2, [0.7, 0.2, 0.1], [1, 1, 0]],
    [10, [0.8, 0.2, 0], [8, 2, 0]],
    [0, [0.7, 0.2, 0.1], [0, 0, 0]],
  ])('%i by %j', (total, weights, expected) => {
    expect(apportion(total, weights)).toEqual(expected);
  });
});

describe('stratified', () => {
  const zipper = [
    ...several(216, 'good', 0),
    ...several(40, 'border', 0, 'fabric_border'),
    ...several(100, 'rough', 1, 'rough'),
    ...several(50, 'split', 1, 'split_teeth'),
    ...several(34, 'broken', 1, 'broken_teeth'),
  ];

  it('is exact by label and near by type', async () => {
    const result = (await buildSplitter(stratifiedSplitter)).assign(zipper, 1);
    // 256 good: 179.2, 51.2, 25.6. 184 defective: 128.8, 36.8, 18.4.
    expect(counts(result, ({ label }) => label === 0)).toEqual([179, 51, 26]);
    expect(counts(result, ({ label }) => label === 1)).toEqual([129, 37, 18]);
    for (const [type, total] of Object.entries({ fabric_border: 40, rough: 100, split_teeth: 50, broken_teeth: 34 })) {
      const found = counts(result, ({ defectTypes }) => defectTypes.includes(type));
      for (const [index, share] of [0.7, 0.2, 0.1].entries()) {
        expect(Math.abs(found[index]! - share * total)).toBeLessThan(2);
      }
    }
  });

  it('depends on seed and ids, not on order', async () => {
    const splitter = await buildSplitter(stratifiedSplitter);
    const first = splitById(splitter.assign(zipper, 1));
    expect(splitById(splitter.assign([...zipper].reverse(), 1))).toEqual(first);
    expect(splitById(splitter.assign(zipper, 2))).not.toEqual(first);
    expect(splitter.assign(zipper, 1).map(({ id }) => id)).toEqual(zipper.map(({ id }) => id));
  });

  it('puts every sample of a stratum anywhere', async () => {
    const splitter = await buildSplitter(stratifiedSplitter);
    const small = [...several(10, 'g', 0), ...several(10, 'd', 1, 'dent')];
    const tested = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      for (const { id, split } of splitter.assign(small, seed)) if (split === 'test') tested.add(id);
    }
    expect(tested.size).toBe(20);
  });

  it('keeps groups together and prescribed splits where they are', async () => {
    const grouped = [
      ...Array.from({ length: 60 }, (_, index) => [
        sample(`a${index}`, 0, undefined, { group: `g${index}` }),
        sample(`b${index}`, index % 2 === 0 ? 1 : 0, 'dent', { group: `g${index}` }),
      ]).flat(),
      ...several(20, 'free', 0),
      ...several(6, 'fixed', 1, 'dent', { split: 'test' }),
      sample('h1', 1, 'dent', { group: 'h', split: 'test' }),
      sample('h2', 1, 'dent', { group: 'h' }),
    ];
    const result = (await buildSplitter(stratifiedSplitter)).assign(grouped, 3);
    const splits = splitById(result);
    for (let index = 0; index < 60; index++) expect(splits.get(`a${index}`)).toBe(splits.get(`b${index}`));
    expect(splits.get('h2')).toBe('test');
    expect(result.filter(({ id }) => id.startsWith('fixed')).every(({ split }) => split === 'test')).toBe(true);
    // 110 good and 30 defective are free to be drawn.
    const free = result.filter(({ id }) => !id.startsWith('fixed') && !id.startsWith('h'));
    for (const [label, total] of [
      [0, 110],
      [1, 30],
    ] as const) {
      // prettier-ignore
      const found = counts(free, (one) => one.label === label);
      for (const [index, share] of [0.7, 0.2, 0.1].entries()) {
        expect(Math.abs(found[index]! - share * total)).toBeLessThanOrEqual(3);
      }
    }
  });

  it('leaves test to the source when its share is 0', async () => {
    const splitter = await buildSplitter(stratifiedSplitter, { train: 0.8, validation: 0.2, test: 0 });
    const result = splitter.assign(
      [
        ...several(10, 'g', 0),
        ...several(10, 'd', 1, 'dent'),
        ...several(4, 'tg', 0, undefined, { split: 'test' }),
        ...several(3, 'td', 1, 'dent', { split: 'test' }),
      ],
      1,
    );
    expect(counts(result, ({ label }) => label === 0)).toEqual([8, 2, 4]);
    expect(counts(result, ({ label }) => label === 1)).toEqual([8, 2, 3]);
  });

  it('counts what is there when a class is lacking', async () => {
    const splitter = await buildSplitter(stratifiedSplitter);
    expect(() => splitter.assign([...several(10, 'g', 0), ...several(2, 'd', 1)], 1)).toThrow(
      'train 7 good and 1 defective; validation 2 good and 1 defective; test 1 good and 0 defective',
    );
    expect(() => splitter.assign([], 1)).toThrow(expect.objectContaining({ code: 'DATA_INSUFFICIENT' }));
  });

  it('refuses a group that the source tears apart', async () => {
    const torn = [
      sample('a', 0, undefined, { group: 'g', split: 'train' }),
      sample('b', 0, undefined, { group: 'g', split: 'test' }),
    ];
    const splitter = await buildSplitter(stratifiedSplitter);
    expect(() => splitter.assign(torn, 1)).toThrow("group 'g' both in train and in test");
  });

  it('wants shares that sum to 1', async () => {
    await expect(buildSplitter(stratifiedSplitter, { train: 0.8 })).rejects.toThrow('sum to 1');
    await expect(buildSplitter(stratifiedSplitter, { train: 0.6, validation: 0.2, test: 0.2 })).resolves.toBeDefined();
  });
});

describe('source', () => {
  const fixed = (split: SplitName, goods: number, defects: number): LabelledSample[] => [
    ...several(goods, `${split}-g`, 0, undefined, { split }),
    ...several(defects, `${split}-d`, 1, 'dent', { split }),
  ];

  it('keeps what the source says', async () => {
    const samples = [...fixed('train', 5, 4), ...fixed('validation', 3, 2), ...fixed('test', 2, 1)];
    const result = (await buildSplitter(sourceSplitter)).assign(samples, 1);
    expect(splitById(result)).toEqual(new Map(samples.map(({ id, split }) => [id, split])));
  });

  it('takes validation from train when there is none', async () => {
    const result = (await buildSplitter(sourceSplitter)).assign([...fixed('train', 20, 10), ...fixed('test', 2, 1)], 1);
    expect(counts(result, ({ label }) => label === 0)).toEqual([16, 4, 2]);
    expect(counts(result, ({ label }) => label === 1)).toEqual([8, 2, 1]);
  });

  it('says what a data set without defects in train needs', async () => {
    const splitter = await buildSplitter(sourceSplitter);
    expect(() => splitter.assign([...fixed('train', 20, 0), ...fixed('test', 2, 5)], 1)).toThrow(
      'train 16 good and 0 defective',
    );
    expect(() => splitter.assign([sample('a', 0)], 1)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
