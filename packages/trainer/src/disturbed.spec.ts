import { expect, it } from '@jest/globals';
import type { Prediction } from '@foveate/contracts';
import { isLowestBest } from './course/monitor.js';
import { outsideFigures } from './disturbed.js';

const scored = (label: 0 | 1, score: number): Prediction => ({ id: `${String(label)} good`, label, score, loss: 0 });

it('verdicts that change are counted over images and disturbances, at the threshold', () => {
  const plain = [scored(0, 0.2), scored(1, 0.7)];
  const twice = [scored(0, 0.6), scored(1, 0.9), scored(0, 0.1), scored(1, 0.4)];
  // 0.6 beats 0.4 and nothing else: 3 of 4 pairs.
  expect(outsideFigures(plain, twice, 0.5)).toEqual({ outsideFlips: 0.5, outsideAccuracy: 0.5, outsideAuroc: 0.75 });
  expect(outsideFigures(plain, twice, 0.8)).toMatchObject({ outsideFlips: 0.25, outsideAccuracy: 0.75 });
  expect(outsideFigures(plain.slice(0, 1), twice.slice(0, 1), 0.5)).toMatchObject({ outsideAuroc: null });
});

it('fewer flips are better without being told', () => {
  expect(isLowestBest('outsideFlips')).toBe(true);
  expect(isLowestBest('outsideAuroc')).toBe(false);
  expect(isLowestBest({ key: 'outsideFlips', best: 'highest' })).toBe(false);
});
