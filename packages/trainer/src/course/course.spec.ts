import type { EpochRecord } from '@foveate/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { afterValidation, courseStart, type CourseState } from './course.js';
import { explosion } from './divergence.js';
import { rateFactor, scheduleOptions, type Schedule } from './schedule.js';

const schedule = (options: object): Schedule => scheduleOptions.parse(options);
/** Factors at the first update of each epoch. */
const factors = (options: object, epochs: number, updates = 4): number[] =>
  Array.from({ length: epochs }, (_, index) =>
    rateFactor(schedule(options), { epoch: index + 1, epochs, update: 0, updates }, 1),
  );

describe('schedules', () => {
  it('drop in steps', () => {
    expect(factors({ kind: 'step', after: 2, factor: 0.5 }, 6)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(factors({ kind: 'step', after: [1, 4], factor: 0.5 }, 6)).toEqual([1, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  it('decay exponentially', () => {
    expect(factors({ kind: 'exponential', factor: 0.5 }, 3)).toEqual([1, 0.5, 0.25]);
  });

  it('follow a cosine from the first update to the end', () => {
    // (1 + cos(pi t / T)) / 2, as CosineAnnealingLR of PyTorch at whole epochs.
    const [first, second, third, fourth] = factors({ kind: 'cosine' }, 4);
    expect([first, third]).toEqual([1, 0.5]);
    expect(second).toBeCloseTo((1 + Math.SQRT1_2) / 2, 12);
    expect(fourth).toBeCloseTo((1 - Math.SQRT1_2) / 2, 12);
    const last = { epoch: 4, epochs: 4, update: 3, updates: 4 };
    expect(rateFactor(schedule({ kind: 'cosine', minimum: 0.1 }), last, 1)).toBeGreaterThan(0.1);
  });

  it('warm up by the update', () => {
    const options = schedule({ kind: 'constant', warmup: 2 });
    const at = (epoch: number, update: number) => rateFactor(options, { epoch, epochs: 9, update, updates: 4 }, 1);
    expect([at(1, 0), at(1, 3), at(2, 0), at(2, 3), at(3, 0)]).toEqual([1 / 8, 4 / 8, 5 / 8, 1, 1]);
  });

  it('stay in (0, 1]', () => {
    const kinds = fc.constantFrom('constant', 'step', 'exponential', 'cosine', 'plateau');
    const moment = fc.record({ epoch: fc.integer({ min: 1, max: 50 }), update: fc.integer({ min: 0, max: 9 }) });
    fc.assert(
      fc.property(kinds, fc.integer({ min: 0, max: 60 }), moment, (kind, warmup, when) => {
        const factor = rateFactor(schedule({ kind, warmup }), { ...when, epochs: 50, updates: 10 }, 1);
        expect(factor).toBeGreaterThan(0);
        expect(factor).toBeLessThanOrEqual(1);
      }),
    );
  });
});

const record = (epoch: number, validation: EpochRecord['validation']): EpochRecord => ({
  epoch,
  train: { loss: 1, accuracy: 1, parts: {} },
  validation,
  seconds: 1,
  imagesPerSecond: 1,
});

/** The course after epochs with these validation losses. */
function courses(losses: readonly number[], settings: Parameters<typeof afterValidation>[2]): CourseState[] {
  let course = courseStart;
  return losses.map((loss, index) => {
    course = afterValidation(course, record(index + 1, { loss, accuracy: 0.5, auroc: 0.5 }), settings);
    return course;
  });
}

describe('the course of a training', () => {
  it('remembers the best epoch, of equal ones the earliest', () => {
    expect(courses([3, 2, 2, 4], {}).map(({ best }) => best?.epoch)).toEqual([1, 2, 2, 2]);
  });

  it('stops when nothing has improved for long enough', () => {
    const stopping = { earlyStopping: { patience: 2, minDelta: 0.5 } };
    // 2.8 is better, but not by enough; 2 is.
    expect(courses([3, 2.8, 2, 1.9, 1.8], stopping).map(({ stopped }) => stopped)).toEqual([
      null,
      null,
      null,
      null,
      { epoch: 5, reason: 'validation loss has not improved for 2 epochs' },
    ]);
  });

  it('drops the learning rate on a plateau, and waits as long again', () => {
    const plateau = schedule({ kind: 'plateau', patience: 2, factor: 0.1, minimum: 0.05 });
    const dropped = courses([3, 3, 3, 3, 3, 1, 1, 1], { schedule: plateau }).map((course) => course.dropped);
    expect(dropped).toEqual([1, 1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05]);
    expect(rateFactor(plateau, { epoch: 9, epochs: 9, update: 0, updates: 1 }, 0.05)).toBe(0.05);
  });

  it('can watch accuracy and AUROC, of which more is better', () => {
    const validations = [
      { loss: 1, accuracy: 0.5, auroc: 0.9 },
      { loss: 2, accuracy: 0.8, auroc: 0.7 },
      { loss: 3, accuracy: 0.7, auroc: 0.8 },
    ];
    const best = (monitor: 'loss' | 'accuracy' | 'auroc') =>
      validations.reduce(
        (course, validation, index) => afterValidation(course, record(index + 1, validation), { monitor }),
        courseStart,
      ).best?.epoch;
    expect([best('loss'), best('accuracy'), best('auroc')]).toEqual([1, 2, 1]);
  });

  it('refuses to watch the AUROC of one class', () => {
    const oneClass = record(1, { loss: 1, accuracy: 1, auroc: null });
    expect(() => afterValidation(courseStart, oneClass, { monitor: 'auroc' })).toThrow('one class only');
  });
});

describe('explosion', () => {
  it('is not a first sample that was right by luck', () => {
    const at = (loss: number) =>
      explosion(0.001, 2, { ...record(1, { loss, accuracy: 1 }), train: { loss, accuracy: 0.5, parts: {} } });
    expect(at(0.9)).toBeUndefined();
    expect(at(7)).toContain('where guessing gives 0.693');
  });

  it('is a loss of more than ten times the start', () => {
    const at = (loss: number) =>
      explosion(0.7, 2, {
        ...record(3, { loss, accuracy: 1 }),
        train: { loss, accuracy: 0.5, parts: {} },
        learningRate: 0.5,
      });
    expect(at(6.9)).toBeUndefined();
    expect(at(7.1)).toBe(
      'The loss of epoch 3 is 7.10, where it started from 0.700. The learning rate, 0.500, is probably too high.',
    );
    expect(explosion(null, 2, record(1, { loss: 1, accuracy: 1 }))).toBeUndefined();
  });
});
