import { describe, expect, it } from '@jest/globals';
import type { Label } from '@foveate/contracts';
import { compare, type Comparison } from './comparison.js';
import type { ReportRun } from './report-run.js';
import { summarise } from './summary.js';
import { fabricate, predictionsOf } from './testing/fixture.js';
import { verdict } from './verdict.js';

const paired = (a: ReportRun, b: ReportRun) => compare({ run: a, threshold: 0.5 }, { run: b, threshold: 0.5 });

/** Two runs on the same images: rows of label and both scores. */
function compared(rows: readonly (readonly [Label, number, number])[]): Comparison {
  const [a, b] = [1, 2].map((k) => fabricate(predictionsOf(rows.map((row) => [row[0], row[k] as number]))));
  const comparison = paired(a!, b!);
  if (typeof comparison === 'string') throw new Error(comparison);
  return comparison;
}

function repeat<T>(n: number, row: T): T[] {
  return Array.from({ length: n }, () => row);
}

describe('summarise', () => {
  it('computes all figures from the test predictions', () => {
    const predictions = predictionsOf([
      [1, 0.9],
      [1, 0.5],
      [1, 0.2],
      [0, 0.1],
      [0, 0.7],
    ]);
    const others = predictions.map((prediction) => ({
      ...prediction,
      id: `t/${prediction.id}`,
      split: 'train' as const,
    }));
    const summary = summarise(
      fabricate([
        { ...predictions[0]!, aoiShare: 1 },
        { ...predictions[1]!, aoiShare: null },
        ...predictions.slice(2),
        ...others,
      ]),
      0.5,
    )!;
    expect(summary).toMatchObject({
      n: 5,
      correct: 3,
      accuracy: 0.6,
      confusion: { tp: 2, fn: 1, fp: 1, tn: 1 },
      auroc: { auroc: 4 / 6 },
      aoiShare: 0.75,
      defective: 3,
      emptyHeatmaps: 1,
    });
    expect(summary.loss).toBeCloseTo(-(2 * Math.log(0.9) + Math.log(0.5) + Math.log(0.2) + Math.log(0.3)) / 5, 14);
    expect(summarise(fabricate(others), 0.5)).toBeNull();
  });
});

describe('compare', () => {
  const runs = (change: (id: string) => string, label: Label = 1) => [
    fabricate(predictionsOf([[1, 0.9]])),
    fabricate(predictionsOf([[label, 0.8]]).map((prediction) => ({ ...prediction, id: change(prediction.id) }))),
  ];

  it('refuses to pair runs on other images or labels', () => {
    const [a, other] = runs((id) => `${id}x`);
    expect(paired(a!, other!)).toMatch('different images');
    const [b, relabelled] = runs((id) => id, 0);
    expect(paired(b!, relabelled!)).toMatch('label some test images differently');
    expect(paired(a!, fabricate([]))).toMatch('measured');
  });

  it('pairs by id, not by position', () => {
    const predictions = predictionsOf([
      [1, 0.9],
      [0, 0.6],
    ]);
    const comparison = paired(fabricate(predictions), fabricate([...predictions].reverse()));
    expect(comparison).toMatchObject({ counts: { bothRight: 1, bothWrong: 1 }, accuracyDifference: 0 });
  });
});

describe('verdict', () => {
  const headline = (comparison: Comparison) => verdict('ce', 'ceod', comparison).headline;

  it('does not call an equal or lower result better', () => {
    expect(headline(compared([...repeat(5, [1, 0.9, 0.8] as const), ...repeat(5, [0, 0.1, 0.2] as const)]))).toBe(
      'ceod is not better than ce on this test set.',
    );
  });

  it('does not call a higher result better when chance could do it', () => {
    // Five gained, none lost: exact McNemar p = 2 / 32.
    const comparison = compared([
      ...repeat(5, [1, 0.4, 0.6] as const),
      ...repeat(20, [1, 0.9, 0.9] as const),
      ...repeat(25, [0, 0.1, 0.1] as const),
    ]);
    expect(comparison.accuracyP).toBe(2 / 32);
    expect(headline(comparison)).toBe(
      'ceod is not shown to be better than ce on this test set: it has the higher accuracy, but chance alone could do that.',
    );
  });

  it('says better, worse or both when the tests do', () => {
    // Six gained, none lost: p = 2 / 64.
    const gained = [
      ...repeat(6, [1, 0.4, 0.6] as const),
      ...repeat(20, [1, 0.9, 0.9] as const),
      ...repeat(25, [0, 0.1, 0.1] as const),
    ];
    expect(headline(compared(gained))).toBe('ceod is better than ce in accuracy on this test set.');
    expect(headline(compared(gained.map(([label, a, b]) => [label, b, a])))).toBe(
      'ceod is worse than ce in accuracy on this test set.',
    );
    // All defective images cross the threshold, but good ones now score above half of them.
    const mixed = compared([
      ...repeat(20, [1, 0.4, 0.6] as const),
      ...repeat(20, [1, 0.9, 0.55] as const),
      ...repeat(30, [0, 0.1, 0.1] as const),
      ...repeat(10, [0, 0.1, 0.9] as const),
      ...repeat(5, [0, 0.2, 0.2] as const),
    ]);
    expect(mixed.accuracyP).toBeGreaterThan(0.05);
    expect(headline(mixed)).toBe('ceod is worse than ce in ROC AUC on this test set.');
  });

  it('gives the figures and names what limits them', () => {
    const { details } = verdict(
      'ce',
      'ceod',
      compared([
        [1, 0.9, 0.4],
        [1, 0.2, 0.8],
        [1, 0.3, 0.7],
        [0, 0.1, 0.1],
        [0, 0.4, 0.3],
      ]),
    );
    expect(details[0]).toBe(
      'Accuracy: 80.0% against 60.0%. Of 5 images, 2 are judged right only by ceod and 1 only by ce (exact McNemar p = 1).',
    );
    expect(details[1]).toMatch(/^ROC AUC: 1\.000 against 0\.667, a difference of \+0\.333, 95% interval −?0\.\d+ to/);
    expect(details[2]).toMatch('with 5 images, one image is 20.0 points of accuracy, and unless 6 or more');
    expect(details[3]).toMatch('Only 2 test images of one class');
    // ((1.96 sqrt(0.6) + 0.8416 sqrt(0.56)) / 0.2)^2 = 115.3
    expect(details[4]).toMatch('some 116 test images would be needed');
    expect(details.at(-1)).toMatch('not of other seeds');
  });
});
