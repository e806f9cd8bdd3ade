import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { drawn, masks, picture } from '../testing/masks.js';
import { polygonsOf } from './outline.js';
import { rasterise } from './rasterise.js';
import { simplified } from './simplify.js';

describe('simplified outlines', () => {
  it('keep corners and leave out steps of pixels', () => {
    const stairs = { kind: 'polygons', parts: [[[[0, 0], [8, 0], [8, 1], [9, 1], [9, 9], [0, 9]]]] } as const; // prettier-ignore
    // The step at the upper right is less than a pixel off the line around it.
    expect(simplified(stairs, 1).parts).toEqual([[[[0, 0], [8, 0], [9, 9], [0, 9]]]]); // prettier-ignore
    expect(simplified(stairs, 0.1)).toEqual(stairs);
  });

  it('of a disc have few corners and nearly all its pixels', () => {
    const size = 200;
    const data = Uint8Array.from({ length: size * size }, (_, i) => (Math.hypot((i % size) - 99.5, Math.floor(i / size) - 99.5) < 80 ? 255 : 0)); // prettier-ignore
    const disc = { width: size, height: size, channels: 1, data } as const;
    const [exact, fewer] = [polygonsOf(disc), polygonsOf(disc, 1)];
    expect(fewer.parts[0]![0]!.length).toBeLessThan(exact.parts[0]![0]!.length / 5);
    const again = rasterise(fewer, size, size).data;
    const off = data.reduce((sum, value, i) => sum + (value === again[i] ? 0 : 1), 0);
    expect(off / data.filter((value) => value === 255).length).toBeLessThan(0.02);
  });

  it('keep parts and holes, however small, and are exact without tolerance', () => {
    const mask = drawn('#####.#', '#...#..', '#.#.#.#', '#...#.#', '#####..');
    expect(polygonsOf(mask, 5).parts.map((part) => part.length)).toEqual([2, 1, 1, 1]);
    fc.assert(
      fc.property(masks, (one) => {
        expect(picture(rasterise(polygonsOf(one, 0), one.width, one.height))).toEqual(picture(one));
        const rings = polygonsOf(one, 1).parts.flat();
        expect(rings.every((ring) => ring.length >= 3)).toBe(true);
        expect(rings.length).toBe(polygonsOf(one).parts.flat().length);
      }),
    );
  });
});
