import { describe, expect, it } from '@jest/globals';
import type { ExperimentResult } from '@foveate/report';
import { compareRuns } from './compare.js';
import { imageMeasures } from './measures.js';
import { tableFiles } from './tables.js';
import { finished, image } from './testing/made-up.js';

const arm = '=a_1|b';
const runs = [1, 2].flatMap((seed) => [
  finished('ce', seed, [image('a', 0, 0.9), image('b', 1, 0.8)]),
  finished(arm, seed, [image('a', 0, 0.1), image('b', 1, 0.8)]),
]);
const axes = { arms: ['ce', arm], baselines: ['ce'], data: ['d'], models: ['m'], seeds: [1, 2] };
const result: ExperimentResult = {
  name: 'tiny',
  seeds: [1, 2],
  arms: axes.arms.map((name) => ({ name, settings: [] })),
  baselines: ['ce'],
  measures: compareRuns(
    runs,
    imageMeasures.filter(({ key }) => key === 'accuracy'),
    axes,
  ),
  published: [
    { arm: 'ce', measure: 'accuracy', value: 0.9, interval: { low: 0.8, high: 0.95 }, source: 'A & B 2024' },
    { arm: 'ce', model: 'm', measure: 'accuracy', value: 0.7, interval: null, source: 'A & B 2024' },
  ],
  missing: [],
  refused: [],
  trainingSeconds: 8,
};
const files = tableFiles(result, runs, runs);

describe('tables of an experiment', () => {
  it('are written as CSV, Markdown and LaTeX', () => {
    expect(Object.keys(files)).toEqual([
      'results.csv',
      'pairs.csv',
      ...['md', 'tex'].map((form) => `tables/accuracy.${form}`),
      ...['md', 'tex'].map((form) => `tables/accuracy-differences.${form}`),
      'tables/accuracy.csv',
      'tables/accuracy-differences.csv',
    ]);
    expect(files['results.csv']).toBe(
      `data,model,arm,seed,trainingSeconds,accuracy\nd,m,ce,1,2.0,0.5\nd,m,'${arm},1,2.0,1\nd,m,ce,2,2.0,0.5\nd,m,'${arm},2,2.0,1\n`,
    );
  });

  it('tell what one seed shows by itself', () => {
    // Two images of two classes: DeLong's variance is not defined. Only the arm is right on image a.
    const [head, first, second, ...more] = files['pairs.csv']!.trim().split('\n');
    expect(head).toMatch(/^data,model,arm,baseline,seed,images,aurocDifference,low,high,delongP,/);
    expect(first).toBe(`d,m,'${arm},ce,1,2,1,,,,1,0,1`);
    expect(second).toContain(',ce,2,2,');
    expect(more).toEqual([]);
  });

  it('have intervals, and published figures beside one’s own', () => {
    expect(files['tables/accuracy.md']).toBe(
      [
        'Accuracy: mean over 2 seeds (95% t interval); published figures with a Wilson interval',
        '',
        '| Data | ce | =a_1\\|b |',
        '| --- | --- | --- |',
        '| d | 50.0% | 100.0% |',
        '| published: A & B 2024 | 90.0% (80.0% to 95.0%) | – |',
        '| published: A & B 2024, m | 70.0% | – |',
        '',
      ].join('\n'),
    );
  });

  it('escape what LaTeX and spreadsheets would take for their own', () => {
    expect(files['tables/accuracy.tex']).toContain('    Data & ce & =a\\_1|b \\\\');
    expect(files['tables/accuracy.tex']).toContain('published: A \\& B 2024 & 90.0\\% (80.0\\% to 95.0\\%)');
    expect(files['tables/accuracy.csv']).toContain(`d,m,'${arm},2,1,,,0\n`);
    expect(files['tables/accuracy-differences.csv']).toContain(`d,m,'${arm},ce,2,0.5,,,0.5,0.5,0.5,,,not shown,\n`);
  });
});
