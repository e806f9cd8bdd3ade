import { describe, expect, it } from '@jest/globals';
import { random, type Label } from '@foveate/contracts';
import { brierScore, calibrationError, fitTemperature } from './index.js';

describe('brierScore', () => {
  it('of cases by hand', () => {
    expect(brierScore([1, 0, 0.5], [1, 0, 1])).toBeCloseTo(0.25 / 3, 14);
    expect(brierScore([0, 1], [1, 0])).toBe(1);
    expect(brierScore([], [])).toBeNull();
    expect(() => brierScore([1.5], [1])).toThrow(RangeError);
  });
});

describe('calibrationError', () => {
  it('of cases by hand', () => {
    // Twenty images in two bins of ten: 0.2 of which half are positive, and 0.9 of which all are.
    const scores = [...Array<number>(10).fill(0.2), ...Array<number>(10).fill(0.9)];
    const labels = scores.map((score, i): Label => (score > 0.5 || i % 2 === 0 ? 1 : 0));
    expect(calibrationError(scores, labels)).toBeCloseTo(0.5 * 0.3 + 0.5 * 0.1, 12);
    expect(calibrationError([0.3], [0])).toBeCloseTo(0.3, 14);
    expect(calibrationError([], [])).toBeNull();
    // Equal probabilities are in one bin, in whatever order they come.
    const tied = [...Array<Label>(10).fill(0), ...Array<Label>(10).fill(1)];
    expect(calibrationError(Array<number>(20).fill(0.5), tied)).toBeCloseTo(0, 12);
    const [few, many] = [Array<number>(5).fill(0.1), Array<number>(15).fill(1)];
    expect(calibrationError([...few, ...many], [...few.map((): Label => 0), ...many.map((): Label => 1)])).toBeCloseTo(
      0.025,
      12,
    );
    expect(() => calibrationError([0.3], [0], NaN)).toThrow(RangeError);
  });

  it('is near zero for probabilities that are true', () => {
    const stream = random(1, 'calibration');
    const scores = Array.from({ length: 20_000 }, () => stream.float());
    const labels = scores.map((p): Label => (stream.float() < p ? 1 : 0));
    expect(calibrationError(scores, labels)).toBeLessThan(0.02);
    expect(brierScore(scores, labels)).toBeCloseTo(1 / 6, 2);
  });
});

describe('fitTemperature', () => {
  it('is the closed form where all margins are alike', () => {
    // Nine of ten are right at a margin of 4: sigmoid(4 / T) = 0.9.
    const margins = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 4 : -4));
    const labels = margins.map((margin, i): Label => (margin > 0 === i >= 2 ? 1 : 0));
    expect(fitTemperature(margins, labels)).toBeCloseTo(4 / Math.log(9), 8);
  });

  it('ends where there is no least loss', () => {
    expect(fitTemperature([1, -2], [1, 0])).toBe(1e-3);
    expect(fitTemperature([1, -2], [0, 1])).toBe(1e3);
    expect(fitTemperature([0, 0], [0, 1])).toBe(1e3);
    expect(fitTemperature([], [])).toBeNull();
    expect(() => fitTemperature([Infinity], [1])).toThrow(RangeError);
  });
});
