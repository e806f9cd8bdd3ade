import { describe, expect, it } from '@jest/globals';
import { imageMeasures, testImages, type TestImage } from './measures.js';
import { image } from './testing/made-up.js';

const measured = (images: readonly TestImage[]) =>
  Object.fromEntries(imageMeasures.map(({ key, of }) => [key, of(images)]));

describe('measures of test images', () => {
  it('are those counted by hand', () => {
    const images = [
      image('a', 0, 0.1, { group: 'good, mark: no' }),
      image('b', 0, 0.6, { group: 'good, mark: yes', onlyOutside: true }),
      image('c', 0, 0.3, { group: 'good, mark: yes', onlyOutside: true }),
      image('d', 1, 0.9, { group: 'defective, mark: yes' }),
      image('e', 1, 0.4, { group: 'defective, mark: yes' }),
    ];
    expect(measured(images)).toEqual({
      // Of six pairs the score 0.4 loses against 0.6.
      auroc: expect.closeTo(5 / 6, 12),
      worstGroup: 0.5,
      accuracy: 0.6,
      // Without a false alarm: above 0.6.
      recallAtFalseAlarms: 0.5,
      falseAlarmsAtRecall: expect.closeTo(1 / 3, 12),
      outsideAlarms: 0.5,
      outsideAlarmsAtRecall: 0.5,
    });
  });

  it('are not defined for one class, without groups and without flaws outside', () => {
    expect(measured([image('a', 0, 0.1), image('b', 0, 0.2)])).toEqual({
      auroc: null,
      worstGroup: null,
      accuracy: 1,
      recallAtFalseAlarms: null,
      falseAlarmsAtRecall: null,
      outsideAlarms: null,
      outsideAlarmsAtRecall: null,
    });
  });
});

describe('testImages', () => {
  it('joins predictions and samples, in order of ids', () => {
    const prediction = (id: string, split: 'test' | 'train') =>
      ({ id, split, label: 0, score: 0.7, loss: 1, aoiShare: null }) as const;
    const sample = { id: 'b', split: 'test', label: 0, reason: '', shareInside: 0 } as const;
    const images = testImages(
      [prediction('b', 'test'), prediction('c', 'train'), prediction('a', 'test')],
      [{ ...sample, defectTypes: ['fabric'], attributes: { mark: 'yes' } }],
      0.75,
    );
    expect(images).toEqual([
      image('a', 0, 0.7, { alarm: false }),
      image('b', 0, 0.7, { alarm: false, onlyOutside: true, group: 'good, mark: yes' }),
    ]);
  });
});
