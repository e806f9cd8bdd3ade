import { describe, expect, it } from '@jest/globals';
import type { Label } from '@foveate/contracts';
import fc from 'fast-check';
import { auroc, aurocOfDrawn, confusion, rocCurve } from './index.js';

/** Few distinct scores, so that ties are the rule. */
const scored = fc.array(fc.record({ score: fc.integer({ min: 0, max: 5 }), label: fc.constantFrom(0, 1) }), {
  maxLength: 40,
});

function unzip(rows: readonly { score: number; label: number }[]): [number[], Label[]] {
  return [rows.map((row) => row.score), rows.map((row) => row.label as Label)];
}

describe('auroc', () => {
  it('of a case counted by hand', () => {
    // Positives .4 .8 .9, negatives .1 .4 .5: pairs won 1+½+0, 3, 3 of 9.
    expect(auroc([0.1, 0.4, 0.4, 0.8, 0.5, 0.9], [0, 0, 1, 1, 0, 1])).toBe(7.5 / 9);
  });

  it('is 1, 0 and ½ for order, reverse and a constant', () => {
    expect(auroc([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1);
    expect(auroc([1, 2, 3, 4], [1, 1, 0, 0])).toBe(0);
    expect(auroc([0.7, 0.7, 0.7], [0, 1, 0])).toBe(0.5);
    expect(auroc([-Infinity, Infinity], [0, 1])).toBe(1);
  });

  it('is null when a class is missing', () => {
    expect(auroc([], [])).toBeNull();
    expect(auroc([0.2, 0.3], [1, 1])).toBeNull();
    expect(rocCurve([0.2, 0.3], [0, 0])).toEqual([]);
  });

  it('equals counting all pairs', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const positives = rows.filter((row) => row.label === 1);
        const negatives = rows.filter((row) => row.label === 0);
        fc.pre(positives.length > 0 && negatives.length > 0);
        let doubled = 0;
        for (const p of positives) for (const n of negatives) doubled += 1 + Math.sign(p.score - n.score);
        expect(auroc(...unzip(rows))).toBe(doubled / (2 * positives.length * negatives.length));
      }),
    );
  });

  it('refuses what it cannot rank', () => {
    expect(() => auroc([0.1], [])).toThrow('There are 1 scores but 0 labels.');
    expect(() => auroc([0.1, NaN], [0, 1])).toThrow('Score 1 is not a number.');
    expect(() => auroc([0.1], [2 as Label])).toThrow('Label 0 is 2');
  });
});

describe('scores that are no numbers', () => {
  it.each([undefined, null, 'a', NaN])('are refused: %s', (score) => {
    expect(() => auroc([score as never, 1], [0, 1])).toThrow(RangeError);
  });
});

describe('aurocOfDrawn', () => {
  it('is that of the images drawn, to the last digit', () => {
    fc.assert(
      fc.property(scored, fc.array(fc.nat(), { maxLength: 40 }), (rows, drawn) => {
        fc.pre(rows.length > 0);
        const of = aurocOfDrawn(
          rows.map(({ score }) => score),
          rows.map(({ label }) => label as Label),
        );
        const images = drawn.map((at) => at % rows.length);
        const expected = auroc(
          images.map((at) => rows[at]!.score),
          images.map((at) => rows[at]!.label as Label),
        );
        expect(of(images)).toBe(expected);
        // What was drawn before does not count.
        expect(of(images)).toBe(expected);
      }),
    );
  });
});

describe('rocCurve', () => {
  it('merges ties into one slanted step', () => {
    expect(rocCurve([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0])).toEqual([
      { threshold: Infinity, falsePositiveRate: 0, truePositiveRate: 0 },
      { threshold: 0.9, falsePositiveRate: 0, truePositiveRate: 0.5 },
      { threshold: 0.5, falsePositiveRate: 0.5, truePositiveRate: 1 },
      { threshold: 0.1, falsePositiveRate: 1, truePositiveRate: 1 },
    ]);
  });

  it('encloses the area auroc gives, and each point is what confusion counts', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const [scores, labels] = unzip(rows);
        const curve = rocCurve(scores, labels);
        fc.pre(curve.length > 0);
        let area = 0;
        for (const [i, point] of curve.entries()) {
          const { tn, fp, fn, tp } = confusion(scores, labels, point.threshold);
          expect(point.falsePositiveRate).toBe(fp / (fp + tn));
          expect(point.truePositiveRate).toBe(tp / (tp + fn));
          const last = curve[i - 1] ?? point;
          area +=
            ((point.falsePositiveRate - last.falsePositiveRate) * (point.truePositiveRate + last.truePositiveRate)) / 2;
        }
        expect(area).toBeCloseTo(auroc(scores, labels)!, 12);
      }),
    );
  });
});

describe('confusion', () => {
  it('calls a score at the threshold positive', () => {
    const scores = [0.5, 0.49, 0.5, 0.49, 1];
    expect(confusion(scores, [1, 1, 0, 0, 1])).toEqual({ tp: 2, fn: 1, fp: 1, tn: 1 });
    expect(confusion(scores, [1, 1, 0, 0, 1], 0.6)).toEqual({ tp: 1, fn: 2, fp: 0, tn: 2 });
  });
});
