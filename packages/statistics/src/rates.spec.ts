import { describe, expect, it } from '@jest/globals';
import type { Label } from '@foveate/contracts';
import {
  averagePrecision,
  confusion,
  falseAlarmsAtRecall,
  operatingPoint,
  rates,
  recallAtFalseAlarms,
} from './index.js';

describe('rates', () => {
  it('of counts by hand', () => {
    expect(rates({ tp: 6, fn: 2, fp: 1, tn: 3 })).toEqual({
      recall: 6 / 8,
      specificity: 3 / 4,
      precision: 6 / 7,
      balancedAccuracy: 0.75,
      f1: 12 / 15,
      mcc: expect.closeTo(16 / Math.sqrt(7 * 8 * 4 * 5), 14),
    });
  });

  it('are null where there is nothing to divide by, and no correlation is zero', () => {
    expect(rates({ tp: 0, fn: 0, fp: 0, tn: 4 })).toEqual({ recall: null, specificity: 1, precision: null, balancedAccuracy: null, f1: null, mcc: null }); // prettier-ignore
    expect(rates({ tp: 0, fn: 3, fp: 0, tn: 4 })).toMatchObject({ recall: 0, precision: null, f1: 0, mcc: 0 });
    expect(rates({ tp: 4e7, fn: 0, fp: 0, tn: 5e7 }).mcc).toBeCloseTo(1, 12);
    expect(() => rates({ tp: 1.5, fn: 0, fp: 0, tn: 0 })).toThrow(RangeError);
  });
});

describe('averagePrecision', () => {
  it('of lists by hand, ties together', () => {
    expect(averagePrecision([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0])).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 14);
    expect(averagePrecision([0.9, 0.8], [1, 0])).toBe(1);
    // All tied: one step to all, where the precision is the share of positives.
    expect(averagePrecision([1, 1, 1, 1], [1, 0, 0, 0])).toBe(0.25);
    expect(averagePrecision([0.5, 0.4], [1, 1])).toBeNull();
  });
});

describe('operatingPoint', () => {
  const scores = [0.1, 0.2, 0.3, 0.4, 0.6, 0.35, 0.55, 0.7, 0.8, 0.9];
  const labels: Label[] = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];

  it('keeps false alarms, or misses, with the threshold between two scores', () => {
    const few = operatingPoint(scores, labels, { falseAlarms: 0 })!;
    expect(few).toEqual({ threshold: expect.closeTo(0.65, 12), falsePositiveRate: 0, truePositiveRate: 0.6 });
    expect(confusion(scores, labels, few.threshold)).toEqual({ tn: 5, fp: 0, fn: 2, tp: 3 });
    expect(operatingPoint(scores, labels, { falseAlarms: 0.2 })).toMatchObject({ falsePositiveRate: 0.2, truePositiveRate: 0.8 }); // prettier-ignore
    expect(operatingPoint(scores, labels, { misses: 0 })).toMatchObject({
      truePositiveRate: 1,
      falsePositiveRate: 0.4,
    });
    expect(recallAtFalseAlarms(0.2, scores, labels)).toBe(0.8);
    expect(falseAlarmsAtRecall(0.8, scores, labels)).toBe(0.2);
    expect(falseAlarmsAtRecall(0.6, scores, labels)).toBe(0);
  });

  it('costs least', () => {
    // A miss costs so much that none is allowed, and then so little that no alarm is worth it.
    const dear = { cost: { falseAlarm: 1, miss: 100 } };
    expect(operatingPoint(scores, labels, dear)).toMatchObject({ truePositiveRate: 1, falsePositiveRate: 0.4 });
    const cheap = { cost: { falseAlarm: 100, miss: 1 } };
    expect(operatingPoint(scores, labels, cheap)).toMatchObject({ falsePositiveRate: 0, truePositiveRate: 0.6 });
    // Defects are rare in use: misses hardly count.
    const rare = { cost: { falseAlarm: 1, miss: 10 }, prevalence: 0.001 };
    expect(operatingPoint(scores, labels, rare)).toMatchObject({ falsePositiveRate: 0 });
  });

  it('is above or below all scores where that is best, null with one class, and refuses nonsense', () => {
    expect(operatingPoint([0.5, 0.5], [0, 1], { falseAlarms: 0.5 })?.threshold).toBe(Infinity);
    expect(operatingPoint([-1.5e308, 1.5e308], [0, 1], { misses: 0 })?.threshold).toBe(0);
    expect(operatingPoint([0.5, 0.5], [0, 1], { misses: 0.5 })).toMatchObject({
      threshold: -Infinity,
      truePositiveRate: 1,
    });
    expect(operatingPoint([0.5], [1], { misses: 0.5 })).toBeNull();
    expect(() => operatingPoint(scores, labels, { misses: -1 })).toThrow(RangeError);
    expect(() => operatingPoint(scores, labels, { cost: { falseAlarm: -1, miss: 0 } })).toThrow(RangeError);
  });
});
