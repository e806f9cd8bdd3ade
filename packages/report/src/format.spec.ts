import { expect, it } from '@jest/globals';
import { count, duration, figure, fixed, percent, pValue, range, signed } from './format.js';

it('writes numbers as people read them', () => {
  expect([fixed(-1.25, 1), fixed(-0.001, 2), fixed(2, 3)]).toEqual(['−1.3', '0.00', '2.000']);
  expect([signed(0.02, 2), signed(-0.02, 2), signed(0.001, 2)]).toEqual(['+0.02', '−0.02', '0.00']);
  expect([percent(0.9333), percent(1, 0)]).toEqual(['93.3%', '100%']);
  expect(range({ low: 0.1, high: 0.25 }, (value) => percent(value, 0))).toBe('10% to 25%');
  expect([0.0004, 0.0312, 0.5, 1].map(pValue)).toEqual(['p < 0.001', 'p = 0.031', 'p = 0.50', 'p = 1']);
  expect([0, 0.01234, 0.1, 12.345, 1234.5, 2.5e-7].map(figure)).toEqual([
    '0',
    '0.0123',
    '0.100',
    '12.3',
    '1235',
    '2.50e−7',
  ]);
  expect([8.31, 59.96, 270, 3599.7, 8904].map(duration)).toEqual([
    '8.3 s',
    '1 min 0 s',
    '4 min 30 s',
    '1 h 0 min',
    '2 h 28 min',
  ]);
  expect([count(1, 'image'), count(294994, 'image'), count(2, 'copy', 'copies')]).toEqual([
    '1 image',
    '294,994 images',
    '2 copies',
  ]);
});
