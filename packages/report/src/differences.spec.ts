import { describe, expect, it } from '@jest/globals';
import { differingSettings, settingText } from './differences.js';
import { nameRuns } from './identity.js';
import type { ReportRun } from './report-run.js';
import { fabricate } from './testing/fixture.js';

type Change = NonNullable<Parameters<typeof fabricate>[1]>;

const runs = (...changes: readonly Change[]) => changes.map((change) => fabricate([], { name: 'tiles', ...change }));
const names = (...changes: readonly Change[]) => nameRuns(runs(...changes)).map(({ name }) => name);
const loss = (id: string, options: object = {}) => ({ loss: { id, options: { ...options } } });

describe('names of runs', () => {
  it('are left alone where they differ', () => {
    expect(names({ name: 'a' }, { name: 'b', ...loss('ceod') })).toEqual(['a', 'b']);
  });

  it.each<[string, readonly Change[], readonly string[]]>([
    ['loss', [loss('ce'), loss('ceod', { omega: 1 })], ['tiles (loss ce)', 'tiles (loss ceod)']],
    ['an option', [loss('ceod', { omega: 1 }), loss('ceod', { omega: 2 })], ['tiles (omega 1)', 'tiles (omega 2)']],
    ['seed', [{ seed: 1 }, { seed: 2 }], ['tiles (seed 1)', 'tiles (seed 2)']],
    [
      'two things, both of which are named',
      [
        { ...loss('ce'), seed: 1 },
        { ...loss('ceod'), seed: 2 },
      ],
      ['tiles (loss ce, seed 1)', 'tiles (loss ceod, seed 2)'],
    ],
    [
      'a list of plugins',
      [{ config: { data: { augment: [] } } }, { config: { data: { augment: [{ id: 'noise', sigma: 1 }] } } }],
      ['tiles (augment none)', 'tiles (augment noise)'],
    ],
    [
      'a setting that one does not have',
      [{ config: {} }, { config: { training: { clip: 1 } } }],
      ['tiles (no clip)', 'tiles (clip 1)'],
    ],
    [
      'settings of one name',
      [
        { config: { data: { size: 1 }, model: {}, source: { size: 1 } } },
        { config: { data: { size: 2 }, source: { size: 3 } } },
      ],
      ['tiles (data.size 1, source.size 1)', 'tiles (data.size 2, source.size 3)'],
    ],
    ['nothing', [{}, {}], ['tiles (run 1)', 'tiles (run 2)']],
    [
      'less than one another',
      [{ seed: 1 }, { seed: 2 }, { seed: 2 }],
      ['tiles (seed 1)', 'tiles (seed 2, run 2)', 'tiles (seed 2, run 3)'],
    ],
    [
      'what would be too long to read',
      [{ config: { x: 'y'.repeat(99) } }, { config: { x: 'z' } }],
      ['tiles (another x)', 'tiles (x z)'],
    ],
  ])('tell %s', (_, changes, expected) => {
    expect(names(...changes)).toEqual(expected);
  });
});

describe('runs with much between them', () => {
  it('are told by their folders', () => {
    const many = (end: string, value = end.padStart(27, '-')) => ({
      config: Object.fromEntries([...'abcdefgh'].map((key) => [key, `${key} ${value}`])),
    });
    const [a, b] = runs({ ...many('one'), seed: 1 }, { ...many('two'), seed: 1 }) as [ReportRun, ReportRun];
    const c = runs({ ...many('one'), seed: 1, config: { ...many('one').config, a: 'two'.padStart(27) } })[0]!;
    const named = nameRuns([a, b, c].map((run, i) => ({ ...run, folder: `run-${String(i)}` })));
    expect(named.map(({ name }) => name)).toEqual(['tiles (run-0)', 'tiles (run-1)', 'tiles (run-2)']);
  });
});

describe('differingSettings', () => {
  it('names another plugin and not its options, and nothing that changes no figure', () => {
    const config = (optimizer: object, workers: number) => ({ config: { optimizer, data: { workers }, name: 'x' } });
    const differing = differingSettings(
      runs(config({ id: 'adam', beta1: 0.9, learningRate: 1 }, 1), config({ id: 'sgd', momentum: 0.9 }, 2)),
    );
    expect(differing).toEqual([{ key: 'optimizer.id', values: ['adam', 'sgd'] }]);
  });

  it('has values in a few words', () => {
    expect(settingText([{ id: 'flip' }, { id: 'noise', sigma: 1 }])).toBe('flip + noise');
    expect([settingText([224, 224]), settingText(null), settingText(undefined), settingText(0.5)]).toEqual([
      '224, 224',
      'null',
      'none',
      '0.5',
    ]);
  });
});
