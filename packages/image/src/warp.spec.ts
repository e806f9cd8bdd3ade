import { describe, expect, it } from '@jest/globals';
import type { Raster } from '@foveate/contracts';
import fc from 'fast-check';
import {
  about,
  flipHorizontal,
  homographySampling,
  inverse,
  multiply,
  quarterTurns,
  samplingOf,
  shift,
  squareTo,
  transformed,
  warpImage,
  warpMask,
  type Border,
  type Homography,
  type Point,
} from './index.js';

const [width, height] = [13, 9];
const image: Raster = {
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 7 + i * 31) % 256),
};
const mask = {
  width,
  height,
  channels: 1 as const,
  data: Uint8Array.from({ length: width * height }, (_, i) => ((i * i) % 7 < 3 ? 255 : 0)),
};

const identity: Homography = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const moved = (dx: number, dy: number): Homography => [1, 0, -dx, 0, 1, -dy, 0, 0, 1];

/** The pixel number along one axis that a border puts at `index`; undefined: nothing. */
function source(index: number, size: number, border: Border): number | undefined {
  if (border === 'edge') return Math.min(size - 1, Math.max(0, index));
  if (border === 'constant') return index >= 0 && index < size ? index : undefined;
  const wrapped = ((index % (2 * size)) + 2 * size) % (2 * size);
  return wrapped < size ? wrapped : 2 * size - 1 - wrapped;
}

/** The value of one channel between pixels, from the definition. */
function bilinear(x: number, y: number, channel: number, border: 'reflect' | 'edge'): number {
  let value = 0;
  for (const [ix, wx] of [
    [Math.floor(x), 1 - (x - Math.floor(x))],
    [Math.floor(x) + 1, x - Math.floor(x)],
  ] as const) {
    for (const [iy, wy] of [
      [Math.floor(y), 1 - (y - Math.floor(y))],
      [Math.floor(y) + 1, y - Math.floor(y)],
    ] as const) {
      const pixel = (source(iy, height, border) ?? 0) * width + (source(ix, width, border) ?? 0);
      value += wx * wy * (image.data[pixel * 3 + channel] ?? 0);
    }
  }
  return value;
}

const gentle = fc
  .record({
    a: fc.double({ min: -1.5, max: 1.5, noNaN: true }),
    b: fc.double({ min: -1, max: 1, noNaN: true }),
    c: fc.double({ min: -20, max: 20, noNaN: true }),
    d: fc.double({ min: -1, max: 1, noNaN: true }),
    e: fc.double({ min: -1.5, max: 1.5, noNaN: true }),
    f: fc.double({ min: -20, max: 20, noNaN: true }),
    g: fc.double({ min: -0.02, max: 0.02, noNaN: true }),
    h: fc.double({ min: -0.02, max: 0.02, noNaN: true }),
  })
  .map(({ a, b, c, d, e, f, g, h }): Homography => [a, b, c, d, e, f, g, h, 1]);

describe('warping', () => {
  it.each<Border>(['reflect', 'edge', 'constant'])('by nothing changes nothing (%s)', (border) => {
    const sampling = homographySampling(width, height, border, identity);
    expect(warpImage(image, sampling)).toEqual(image);
    expect(warpMask(mask, sampling)).toEqual(mask);
  });

  it('agrees with whole-pixel moves', () => {
    const mirror = homographySampling(width, height, 'edge', [-1, 0, width - 1, 0, 1, 0, 0, 0, 1]);
    expect(warpImage(image, mirror)).toEqual(flipHorizontal(image));
    const aside = homographySampling(width, height, 'edge', moved(3, -2));
    expect(warpImage(image, aside)).toEqual(shift(image, 3, -2));
    expect(warpMask(mask, aside)).toEqual(shift(mask, 3, -2));
  });

  it('by whole pixels puts beyond the edge what the border says', () => {
    const offsets = fc.integer({ min: -40, max: 40 });
    fc.assert(
      fc.property(offsets, offsets, fc.constantFrom<Border>('reflect', 'edge', 'constant'), (dx, dy, border) => {
        const { data } = warpImage(image, homographySampling(width, height, border, moved(dx, dy)));
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const [fromX, fromY] = [source(x - dx, width, border), source(y - dy, height, border)];
            const gone = fromX === undefined || fromY === undefined;
            expect(data[(y * width + x) * 3 + 1]).toBe(gone ? 0 : image.data[(fromY * width + fromX) * 3 + 1]);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is bilinear for images and nearest neighbour for masks', () => {
    fc.assert(
      fc.property(gentle, fc.constantFrom('reflect', 'edge'), (matrix, border) => {
        const sampling = homographySampling(width, height, border, matrix);
        const { data } = warpImage(image, sampling);
        const inside = warpMask(mask, sampling).data;
        for (let pixel = 0; pixel < width * height; pixel++) {
          const [x, y] = transformed(matrix, [pixel % width, Math.floor(pixel / width)]);
          // Places are kept to 1/256 pixel: up to half of that and 255 levels off in x and in y, and rounding.
          for (const channel of [0, 1, 2]) {
            expect(Math.abs((data[pixel * 3 + channel] ?? 0) - bilinear(x, y, channel, border))).toBeLessThan(1.6);
          }
          const tie = [x, y].some((value) => Math.abs(value - Math.floor(value) - 0.5) < 0.003);
          const nearest =
            (source(Math.round(y), height, border) ?? 0) * width + (source(Math.round(x), width, border) ?? 0);
          if (!tie) expect(inside[pixel]).toBe(mask.data[nearest]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a sampling that the next one has overwritten', () => {
    const first = homographySampling(width, height, 'edge', identity);
    homographySampling(width, height, 'edge', moved(1, 0));
    expect(() => warpImage(image, first)).toThrow('overwritten');
    expect(() => warpMask(mask, first)).toThrow('overwritten');
  });

  it('does to a grey image what it does to each channel', () => {
    fc.assert(
      fc.property(gentle, fc.constantFrom<Border>('reflect', 'edge', 'constant'), (matrix, border) => {
        const sampling = homographySampling(width, height, border, matrix);
        const grey = { width, height, channels: 1 as const, data: image.data.filter((_, at) => at % 3 === 1) };
        const second = warpImage(image, sampling).data.filter((_, at) => at % 3 === 1);
        expect(warpImage(grey, sampling).data).toEqual(second);
      }),
      { numRuns: 40 },
    );
  });

  it('takes rasters of the size of the sampling only', () => {
    const sampling = homographySampling(width - 1, height, 'edge', identity);
    expect(() => warpImage(image, sampling)).toThrow('cannot move 13x9');
    const places = () => {
      throw new Error('no place');
    };
    const whole = homographySampling(width, height, 'edge', identity);
    expect(() => samplingOf(width, height, 'edge', places)).toThrow('no place');
    expect(() => warpImage(image, whole)).toThrow('overwritten');
  });

  it.each([
    [9, 1],
    [1, 9],
  ])('works on %i x %i pixels', (width, height) => {
    const line = { width, height, channels: 3 as const, data: image.data.slice(0, 27) };
    const aside = homographySampling(width, height, 'edge', moved(Number(width > 1), Number(height > 1)));
    expect([...warpImage(line, aside).data]).toEqual([...line.data.slice(0, 3), ...line.data.slice(0, 24)]);
  });

  it('works on a single pixel', () => {
    const one = { width: 1, height: 1, channels: 1 as const, data: Uint8Array.of(255) };
    const sampling = homographySampling(1, 1, 'reflect', moved(0.4, 7.7));
    expect(warpMask(one, sampling)).toEqual(one);
    expect(warpImage(one, sampling)).toEqual(one);
  });
});

describe('homographies', () => {
  /** Far from taking any point near the origin to infinity. */
  const mild = gentle.map(([a, b, c, d, e, f, g, h, i]): Homography => [a, b, c / 10, d, e, f / 10, g / 10, h / 10, i]);
  const near = (a: readonly number[], b: readonly number[]) => {
    for (const [i, value] of a.entries()) expect(Math.abs(value - (b[i] ?? Number.NaN))).toBeLessThan(1e-6);
  };

  it('have inverses and products', () => {
    fc.assert(
      fc.property(mild, mild, (first, second) => {
        const point: Point = [5, 3];
        near(transformed(multiply(first, second), point), transformed(first, transformed(second, point)));
        const [a, b, , d, e] = first;
        if (Math.abs(a * e - b * d) < 0.1) return;
        near(transformed(inverse(first), transformed(first, point)), point);
      }),
    );
  });

  it('take the unit square to any four corners', () => {
    const corners = [[1, 2], [9, 1], [10, 7], [-1, 8]] as const satisfies Point[]; // prettier-ignore
    const matrix = squareTo([corners[0], corners[1], corners[2], corners[3]]);
    const square = [[0, 0], [1, 0], [1, 1], [0, 1]] as const satisfies Point[]; // prettier-ignore
    for (const [i, corner] of square.entries()) near(transformed(matrix, corner), corners[i] ?? []);
    near(transformed(squareTo([[0, 0], [2, 0], [2, 2], [0, 2]]), [0.25, 0.75]), [0.5, 1.5]); // prettier-ignore
  });

  it('turn about a centre', () => {
    near(transformed(about([6, 4], [0, -1, 0, 1, 0, 0, 0, 0, 1]), [8, 4]), [6, 6]);
  });
});

it('quarter turns go clockwise and come round', () => {
  expect([
    ...quarterTurns({ width: 3, height: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }, 1).data,
  ]).toEqual([4, 1, 5, 2, 6, 3]);
  for (const turns of [1, 2, 3]) {
    expect(quarterTurns(quarterTurns(image, turns), -turns)).toEqual(image);
    expect(quarterTurns(image, turns)).toEqual(quarterTurns(quarterTurns(image, turns - 1), 1));
  }
});
