import { describe, expect, it } from '@jest/globals';
import { random, type Label } from '@foveate/contracts';
import fc from 'fast-check';
import { auroc, aurocInterval, delongTest, normalUpperTail } from './index.js';

/** DeLong's definitions word for word: kernels, structural components, sample covariances. */
function byDefinition(scores: readonly number[][], labels: readonly Label[]): { s: number[][]; m: number; n: number } {
  const kernel = (x: number, y: number): number => (x > y ? 1 : x === y ? 0.5 : 0);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const components = scores.map((list) => {
    const positives = list.filter((_, i) => labels[i] === 1);
    const negatives = list.filter((_, i) => labels[i] === 0);
    return {
      v10: positives.map((x) => mean(negatives.map((y) => kernel(x, y)))),
      v01: negatives.map((y) => mean(positives.map((x) => kernel(x, y)))),
    };
  });
  const covariance = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + (value - mean(a)) * (b[i]! - mean(b)), 0) / (a.length - 1);
  const m = components[0]!.v10.length;
  const n = components[0]!.v01.length;
  const s = components.map((a) => components.map((b) => covariance(a.v10, b.v10) / m + covariance(a.v01, b.v01) / n));
  return { s, m, n };
}

describe('delongTest', () => {
  it('of a case computed by hand', () => {
    // Positives 4, 2 against negatives 3, 1: A wins 3 of 4 pairs, B (positives 3, 4 against 1, 2) all.
    const test = delongTest([4, 2, 3, 1], [3, 4, 1, 2], [1, 1, 0, 0])!;
    expect(test).toMatchObject({ aurocA: 0.75, aurocB: 1, difference: 0.25 });
    // Placements of A: positives 1, ½; negatives ½, 1. Both have variance ⅛, so 1/16 + 1/16.
    expect(test.standardError).toBeCloseTo(Math.sqrt(1 / 8), 15);
    expect(test.p).toBeCloseTo(2 * normalUpperTail(0.25 / Math.sqrt(1 / 8)), 15);
  });

  it('agrees with the definition on tied scores', () => {
    const row = fc.record({ a: fc.nat(6), b: fc.nat(6), label: fc.constantFrom(0, 1) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 4, maxLength: 30 }), (rows) => {
        const labels = rows.map((r) => r.label as Label);
        const [a, b] = [rows.map((r) => r.a), rows.map((r) => r.b)];
        const { s, m, n } = byDefinition([a, b], labels);
        fc.pre(m > 1 && n > 1);
        const test = delongTest(a, b, labels)!;
        expect(test.difference).toBeCloseTo(auroc(b, labels)! - auroc(a, labels)!, 14);
        expect(test.standardError! ** 2).toBeCloseTo(s[0]![0]! + s[1]![1]! - 2 * s[0]![1]!, 12);
      }),
    );
  });

  it('finds nothing in equal orders and says when nothing can be estimated', () => {
    const labels: Label[] = [0, 1, 0, 1, 1];
    const scores = [0.1, 0.7, 0.8, 0.6, 0.9];
    expect(
      delongTest(
        scores,
        scores.map((s) => s ** 3),
        labels,
      ),
    ).toMatchObject({ difference: 0, p: 1, interval: null });
    expect(delongTest([1, 2, 3, 4], [4, 3, 2, 1], [0, 0, 1, 1])).toMatchObject({ difference: -1, p: null });
    expect(delongTest([1, 2, 3], [3, 2, 1], [0, 1, 1])).toMatchObject({ difference: -1, standardError: null, p: null });
    expect(delongTest([1, 2], [2, 1], [1, 1])).toBeNull();
    expect(() => delongTest([1, 2], [2], [0, 1])).toThrow(RangeError);
  });

  it('rejects a true null about as often as it says, and the interval covers about as often as it says', () => {
    const normal = random(7, 'delong');
    const labels = Array.from({ length: 80 }, (_, i) => (i % 2) as Label);
    const rounds = 600;
    let rejected = 0;
    let covered = 0;
    for (let round = 0; round < rounds; round++) {
      const signal = labels.map((label) => label + 0.7 * normal.normal());
      const noisy = (): number[] => signal.map((value) => value + 0.7 * normal.normal());
      const [a, b] = [noisy(), noisy()];
      if (delongTest(a, b, labels)!.p! < 0.05) rejected++;
      // Positives minus negatives are N(1, 2 · (0.49 + 0.49)).
      const truth = 1 - normalUpperTail(1 / Math.sqrt(1.96));
      const { low, high } = aurocInterval(a, labels)!;
      if (low <= truth && truth <= high) covered++;
    }
    expect(Math.abs(rejected / rounds - 0.05)).toBeLessThan(0.03);
    expect(Math.abs(covered / rounds - 0.95)).toBeLessThan(0.03);
  });
});

describe('aurocInterval', () => {
  it('is DeLong on the logit scale', () => {
    const scores = [4, 2, 3, 1];
    const labels: Label[] = [1, 1, 0, 0];
    const half = (1.959963984540054 * Math.sqrt(1 / 8)) / (0.75 * 0.25);
    expect(aurocInterval(scores, labels)).toEqual({
      auroc: 0.75,
      low: expect.closeTo(1 / (1 + Math.exp(half) / 3), 14),
      high: expect.closeTo(1 / (1 + Math.exp(-half) / 3), 14),
      method: 'delong-logit',
    });
  });

  it('stays honest where the variance vanishes', () => {
    const separated = aurocInterval([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1])!;
    expect(separated).toMatchObject({ auroc: 1, high: 1, method: 'newcombe-score' });
    // The lower limit solves (1 − θ)² = z² θ (1 − θ) (1 + 2 ((1 − θ)/(2 − θ) + θ/(1 + θ))) / 9.
    const t = separated.low;
    const spread = 1 + 2 * ((1 - t) / (2 - t) + t / (1 + t));
    expect((1 - t) ** 2).toBeCloseTo((1.959963984540054 ** 2 * t * (1 - t) * spread) / 9, 12);
    const reversed = aurocInterval([6, 5, 4, 3, 2, 1], [0, 0, 0, 1, 1, 1])!;
    expect(reversed.low).toBe(0);
    expect(reversed.high).toBeCloseTo(1 - t, 12);
    const constant = aurocInterval([5, 5, 5, 5], [0, 1, 0, 1])!;
    expect(constant.low).toBeCloseTo(1 - constant.high, 12);
    expect(constant.high).toBeGreaterThan(0.7);
    expect(aurocInterval([1, 2], [0, 0])).toBeNull();
  });

  it('narrows with more images and widens with the level', () => {
    const labels = Array.from({ length: 40 }, (_, i) => (i % 2) as Label);
    const scores = labels.map((label, i) => label + ((i * 7) % 11) / 5);
    const [small, large] = [aurocInterval(scores.slice(0, 20), labels.slice(0, 20))!, aurocInterval(scores, labels)!];
    expect(large.high - large.low).toBeLessThan(small.high - small.low);
    const wide = aurocInterval(scores, labels, 0.99)!;
    expect(wide.low).toBeLessThan(large.low);
    expect(wide.high).toBeGreaterThan(large.high);
  });
});
