import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Measures } from '@foveate/contracts';
import { printMeasures, undefinedNotes, onlyAnswer } from './measures.js';

let printed = '';
beforeEach(() => {
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

const confusion = { tn: 2, fp: 0, fn: 1, tp: 1 };
const usual: Measures = { n: 4, accuracy: 0.75, auroc: 1, loss: 0.5, confusion, aoiShare: 0.25 };

describe('measures', () => {
  it('have a column for every metric there is, and no other', () => {
    printMeasures(
      ['split'],
      [
        { cells: ['validation'], measures: usual },
        { cells: ['test'], measures: { ...usual, missedDefects: 3, f1: 0.66667 } },
      ],
    );
    const [headings = '', , test = ''] = printed.split('\n').map((line) => line.split(/ {2,}/).join('|'));
    expect(headings).toBe('split|images|accuracy|ROC AUC|loss|confusion|heatmap in AOI|missed defects|f1');
    expect(test).toBe('test|4|75.0%|1.000|0.5000|tn 2|fp 0|fn 1|tp 1|25.0%|3|0.667');
    printed = '';
    printMeasures(['run'], [{ cells: ['a'], measures: { kappa: 0.5 } }]);
    expect(printed).toBe('run  kappa\na    0.500\n');
  });

  it('that are records have a table of their own', () => {
    printMeasures(
      ['split'],
      [
        {
          cells: ['test'],
          measures: { ...usual, groups: { 'good, mark: yes': 0.5 }, recalls: { good: 0.5, other: null } },
        },
      ],
    );
    expect(printed).toMatch(/^group, test +accuracy\ngood, mark: yes {2}50\.0%$/m);
    expect(printed).toMatch(/^recalls, test *\ngood {11}0\.500\nother {10}–$/m);
  });

  it.each([
    [{ ...usual, auroc: null }, /ROC AUC .* one class/],
    [{ ...usual, aoiShare: null }, /heatmap in AOI .* empty/],
    [{ ...usual, aoiShare: null, confusion: { tn: 4, fp: 0, fn: 0, tp: 0 } }, /heatmap in AOI .* no defective image/],
    [{ ...usual, n: 0, accuracy: null }, /accuracy .* no images/],
    [{ ...usual, kappa: null }, /kappa is not defined$/],
    [null, /not measured/],
  ])('that are not defined are explained: %j', (measures, expected) => {
    expect(undefinedNotes({ cells: ['a', 'test'], measures })).toEqual([expect.stringMatching(expected)]);
  });

  it('that are all there need no explanation', () => {
    expect(undefinedNotes({ cells: ['test'], measures: usual })).toEqual([]);
  });
});

it.each([
  [{ tn: 0, fp: 2, fn: 0, tp: 2 }, 'defective'],
  [{ tn: 2, fp: 0, fn: 2, tp: 0 }, 'good'],
  [{ tn: 2, fp: 0, fn: 1, tp: 1 }, undefined],
])('the only answer of %j is %s', (confusion, answer) => {
  expect(onlyAnswer({ n: 4, confusion })).toBe(answer);
});
