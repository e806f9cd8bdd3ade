import { random, type Decoy, type Mask, type Raster } from '@foveate/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { placeBeside, withDecoy } from './decoy.js';

const grey = (width: number, height: number): Raster => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(width * height * 3).fill(100),
});

function rectangle(width: number, height: number, [x0, y0, w, h]: readonly [number, number, number, number]): Mask {
  const data = Uint8Array.from({ length: width * height }, (_, pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return x >= x0 && x < x0 + w && y >= y0 && y < y0 + h ? 255 : 0;
  });
  return { width, height, channels: 1, data };
}

const look = { colour: [200, 50, 0], softness: 0.3 } as const;
const shapes = ['disc', 'square', 'diamond'] as const;

/** Numbers of the pixels that a decoy changes. */
function changed(image: Raster, decoy: Decoy): readonly number[] {
  const { data } = withDecoy(image, decoy);
  return [...Array(data.length / 3).keys()].filter((pixel) => data[3 * pixel] !== image.data[3 * pixel]);
}

describe('a decoy', () => {
  it('lies wholly in the image and outside the area, in every shape, place and size', () => {
    const side = fc.integer({ min: 24, max: 64 });
    const part = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(
        side,
        side,
        fc.tuple(part, part, part, part),
        fc.nat(2),
        fc.nat(),
        (width, height, box, kind, seed) => {
          const aoi = rectangle(width, height, box);
          const what = { shape: shapes[kind]!, size: 0.2, gap: 0.03 };
          const centre = placeBeside(aoi, what, random(seed, 'decoy'));
          if (centre === undefined) return;
          const pixels = changed(grey(width, height), { ...what, ...look, centre });
          expect(pixels.length).toBeGreaterThan(4);
          expect(pixels.some((pixel) => aoi.data[pixel] !== 0)).toBe(false);
          // Nothing of it is cut off: as many pixels to the left of its middle as to the right.
          const columns = pixels.map((pixel) => (pixel % width) + 0.5 - centre[0] * width);
          expect(columns.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 3);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('finds the only place there is, and none where there is none', () => {
    const [whole, what] = [rectangle(40, 40, [0, 0, 40, 40]), { shape: 'disc', size: 0.2, gap: 0 } as const];
    expect(placeBeside(whole, what, random(1))).toBeUndefined();
    const corner = { ...whole, data: Uint8Array.from(whole.data) };
    for (let y = 0; y < 13; y++) corner.data.fill(0, 40 * y, 40 * y + 13);
    const [x, y] = placeBeside(corner, what, random(1))!;
    expect([x * 40, y * 40].every((at) => at >= 4 && at <= 9)).toBe(true);
    expect(placeBeside(rectangle(40, 40, [0, 0, 0, 0]), what, random(1))).toBeDefined();
  });

  it('has its colour in the middle and a soft edge', () => {
    const image = grey(50, 50);
    const { data } = withDecoy(image, {
      shape: 'disc',
      size: 0.4,
      centre: [0.51, 0.51],
      colour: [200, 50, 0],
      softness: 0.5,
    });
    const at = (x: number) => data[3 * (25 * 50 + x)]!;
    expect([...data.subarray(3 * (25 * 50 + 25), 3 * (25 * 50 + 25) + 3)]).toEqual([200, 50, 0]);
    // Half way through an edge of 5 pixels: half of the colour.
    expect([at(17), at(18), at(14)]).toEqual([140, 160, 100]);
  });
});
