import { describe, expect, it } from '@jest/globals';
import { philox4x32, random } from './random.js';

describe('philox4x32', () => {
  // Known answers published with the Random123 library (kat_vectors, philox4x32 10).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('reproduces the published vectors', (counter, key, expected) => {
    expect(philox4x32(counter as [number, number, number, number], key as [number, number])).toEqual(expected);
  });
});

describe('random', () => {
  it('depends on seed and path alone', () => {
    const a = random(1, 'augment', 3, 'x');
    a.float();
    const first = random(1, 'augment', 3, 'x').float();
    expect(random(1, 'augment', 3, 'x').float()).toBe(first);
    expect(random(2, 'augment', 3, 'x').float()).not.toBe(first);
    expect(random(1, 'augment', '3', 'x').float()).not.toBe(first);
    expect(random(1, 'augment', 3, 'y').float()).not.toBe(first);
  });

  it('is uniform and normal enough', () => {
    const stream = random(7, 'moments');
    const uniform = Array.from({ length: 20_000 }, () => stream.float());
    const normal = Array.from({ length: 20_000 }, () => stream.normal());
    const mean = (x: number[]) => x.reduce((sum, value) => sum + value, 0) / x.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 1.5);
    expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
  });

  it('shuffles into a permutation', () => {
    const list = Array.from({ length: 50 }, (_, index) => index);
    const shuffled = random(3, 'order').shuffle(list);
    expect(shuffled).not.toEqual(list);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(list);
  });
});
