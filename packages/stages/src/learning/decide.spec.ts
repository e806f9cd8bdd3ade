import { describe, expect, it } from '@jest/globals';
import type { DataCounts, Label } from '@foveate/contracts';
import { scoreAt, type Scored } from '@foveate/trainer';
import { checkDecision, decide, rateRemark, temperatureRemark } from './decide.js';

/** Predictions by label and logit. */
const predicted = (...rows: readonly (readonly [Label, number])[]): readonly Scored[] =>
  rows.map(([label, margin], index) => ({ id: String(index), label, margin, score: scoreAt(1, margin), loss: 0 }));

const validation = predicted([0, -3], [0, -2], [0, 0.5], [1, -1], [1, 1], [1, 2], [1, 3]);
const counts = (good: number, defective: number): DataCounts => {
  const none = { good: 0, defective: 0 };
  return { train: none, validation: { good, defective }, test: none };
};

describe('a decision', () => {
  it('is a number as it was written, whatever was predicted', () => {
    expect(decide({ threshold: 0.3 }, [])).toEqual({ threshold: 0.3 });
    expect(decide({}, [])).toEqual({ threshold: 0.5 });
  });

  it.each([
    // Half way from -2 to -1: all defects are found, with one false alarm.
    [{ rule: 'miss-rate', atMost: 0 }, [-2, -1]],
    // One defect in four may be missed: no false alarm is needed.
    [{ rule: 'miss-rate', atMost: 0.25 }, [0.5, 1]],
    [{ rule: 'false-alarm-rate', atMost: 0.1 }, [0.5, 1]],
    [{ rule: 'cost', missCost: 10, falseAlarmCost: 1 }, [-2, -1]],
    [{ rule: 'cost', missCost: 1, falseAlarmCost: 10 }, [0.5, 1]],
    // Where hardly anything is defective a miss in itself is rare.
    [{ rule: 'cost', missCost: 10, falseAlarmCost: 1, prevalence: 0.01 }, [0.5, 1]],
  ] as const)('by %j lies in the middle of the scores on either side', (threshold, [low, high]) => {
    const middle = (scoreAt(1, low) + scoreAt(1, high)) / 2;
    expect(decide({ threshold }, validation)).toEqual({ threshold: expect.closeTo(middle, 12) });
  });

  it('stays a score where nothing is to be called defective, or all', () => {
    const [never, always] = [1e6, 1e-6].map((falseAlarmCost) =>
      decide({ threshold: { rule: 'cost', missCost: 1, falseAlarmCost } }, predicted([1, -1], [0, 1])),
    );
    expect([never, always]).toEqual([{ threshold: 1 }, { threshold: 0 }]);
  });

  it('is made of scores at the temperature that fits the labels', () => {
    const sure = predicted([0, -20], [0, 20], [1, 20], [1, 20], [0, -20], [1, -20]);
    const { temperature = 0, threshold } = decide(
      { temperature: true, threshold: { rule: 'miss-rate', atMost: 0 } },
      sure,
    );
    // Two of three are right on each side: the logit of two thirds is the logarithm of 2.
    expect(temperature).toBeCloseTo(20 / Math.log(2), 6);
    expect(threshold).toBe(0);
    expect(decide({ temperature: true }, sure)).toEqual({ threshold: 0.5, temperature });
    expect(temperatureRemark({ threshold, temperature })).toBeUndefined();
  });

  it('says what a temperature at its limit means', () => {
    const without = decide({ temperature: true }, predicted([0, 1], [1, -1]));
    expect(temperatureRemark(without)).toContain('say nothing of the label');
    const right = decide({ temperature: true }, predicted([0, -20], [1, 20]));
    expect(temperatureRemark(right)).toContain('right about every image');
    expect(temperatureRemark({ threshold: 0.5 })).toBeUndefined();
  });
});

describe('a validation split', () => {
  const rule = { threshold: { rule: 'miss-rate', atMost: 0.02 } } as const;

  it('of one class decides nothing, and is refused where it should', () => {
    expect(() => checkDecision(rule, counts(9, 0))).toThrow(expect.objectContaining({ code: 'DATA_INSUFFICIENT' }));
    expect(() => checkDecision({ temperature: true }, counts(0, 9))).toThrow('0 good, 9 defective');
    for (const options of [undefined, {}, { threshold: 0.2 }])
      expect(() => checkDecision(options, counts(9, 0))).not.toThrow();
  });

  it('that is too small for a rate says which rate it can show, and what the asked one takes', () => {
    const remark = rateRemark(rule, counts(50, 24)) ?? '';
    // Wilson: 3.84 / (24 + 3.84), and 3.84 x 0.98 / 0.02.
    for (const text of ['2.0%', 'at most 13.8%', 'takes 189']) expect(remark).toContain(text);
    expect(rateRemark(rule, counts(50, 188))).toContain('takes 189');
    expect(rateRemark(rule, counts(50, 189))).toBeUndefined();
    expect(rateRemark({ threshold: { rule: 'false-alarm-rate', atMost: 0 } }, counts(7, 9))).toMatch(
      /^Of good images .* The 7 /,
    );
    expect(rateRemark({ threshold: { rule: 'cost', missCost: 1, falseAlarmCost: 1 } }, counts(1, 1))).toBeUndefined();
  });
});
