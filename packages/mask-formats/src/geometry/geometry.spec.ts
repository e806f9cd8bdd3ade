import { describe, expect, it } from '@jest/globals';
import type { Mask } from '@foveate/contracts';
import { decodeImage } from '@foveate/image';
import fc from 'fast-check';
import type { Shape } from '../model.js';
import { exifJpeg } from '../testing/exif-jpeg.js';
import { drawn, masks, picture } from '../testing/masks.js';
import { crossesItself } from './crossing.js';
import { toStored, toUpright } from './orient.js';
import { joinedRing, polygonsOf } from './outline.js';
import { polygon, rectangle } from './polygons.js';
import { rasterise, refuseTooMuch } from './rasterise.js';

/** Whether a point is so close to an edge that rounding decides on which side it is. */
function isOnEdge(shape: Extract<Shape, { kind: 'polygons' }>, x: number, y: number): boolean {
  return shape.parts.flat().some((ring) =>
    ring.some(([x0, y0], index) => {
      const [x1, y1] = ring[(index + 1) % ring.length]!;
      const [dx, dy] = [x1 - x0, y1 - y0];
      const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
      return Math.hypot(x - x0 - along * dx, y - y0 - along * dy) < 1e-9;
    }),
  );
}

/** Whether the centre of a pixel is inside, by the winding of each ring around it: another way to say even-odd. */
function inside(shape: Extract<Shape, { kind: 'polygons' }>, x: number, y: number): boolean {
  return shape.parts.some((part) => {
    const crossings = part.flatMap((ring) =>
      ring.filter(([x0, y0], index) => {
        const [x1, y1] = ring[(index + 1) % ring.length]!;
        return y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0);
      }),
    );
    return crossings.length % 2 === 1;
  });
}

describe('outlines', () => {
  it('come back as the same mask, whatever it is', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const shape = polygonsOf(mask);
        expect(picture(rasterise(shape, mask.width, mask.height))).toEqual(picture(mask));
      }),
      { numRuns: 500 },
    );
  });

  it('come back as the same mask when holes are joined by cuts', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const parts = polygonsOf(mask).parts.map((part) => [joinedRing(part)]);
        expect(picture(rasterise({ kind: 'polygons', parts }, mask.width, mask.height))).toEqual(picture(mask));
      }),
      { numRuns: 300 },
    );
  });

  it('keep parts, holes and what lies in holes', () => {
    const mask = drawn('#####.#', '#...#..', '#.#.#.#', '#...#.#', '#####..');
    const { parts } = polygonsOf(mask);
    expect(parts.map((part) => part.length)).toEqual([2, 1, 1, 1]);
    expect(parts[0]![1]).toHaveLength(4);
  });

  it('have corners only where they turn', () => {
    expect(polygonsOf(drawn('##', '##')).parts).toEqual([[[[0, 0], [2, 0], [2, 2], [0, 2]]]]); // prettier-ignore
  });

  it('part pixels that touch at a corner, and hold what surrounds a hole together', () => {
    expect(polygonsOf(drawn('#.', '.#')).parts).toHaveLength(2);
    expect(polygonsOf(drawn('###.', '#.##', '##.#', '.###')).parts).toHaveLength(1);
  });
});

describe('polygons', () => {
  it('fill the pixels whose centre is inside', () => {
    const point = fc.tuple(fc.double({ min: -5, max: 15, noNaN: true }), fc.double({ min: -5, max: 15, noNaN: true }));
    const ring = fc.array(point, { minLength: 3, maxLength: 8 });
    const parts = fc.array(fc.array(ring, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(parts, (list) => {
        const shape = { kind: 'polygons', parts: list } as const;
        const mask = rasterise(shape, 10, 9);
        for (let at = 0; at < 90; at++) {
          const [x, y] = [(at % 10) + 0.5, Math.floor(at / 10) + 0.5];
          if (!isOnEdge(shape, x, y)) expect(mask.data[at] !== 0).toBe(inside(shape, x, y));
        }
      }),
      { examples: [[[[[[0, 0], [0, 0], [14.99999999999998, 14.999999999999979]]]]]] }, // prettier-ignore
    );
  });

  it('are clipped to the image', () => {
    expect(picture(rasterise(rectangle([-3, 1], [2, 99]), 4, 3))).toEqual(['....', '##..', '##..']);
  });

  it('are turned around their middle', () => {
    expect(picture(rasterise(rectangle([1, 2], [4, 3], 90), 5, 5))).toEqual([
      '.....',
      '..#..',
      '..#..',
      '..#..',
      '.....',
    ]);
  });

  it('say when they cross themselves', () => {
    expect(crossesItself([[0, 0], [4, 4], [4, 0], [0, 4]])).toBe(true); // prettier-ignore
    expect(crossesItself([[0, 0], [4, 0], [4, 4], [0, 4]])).toBe(false); // prettier-ignore
    // Touching itself at a corner is no crossing.
    expect(crossesItself([[0, 0], [2, 2], [4, 0], [4, 4], [2, 2], [0, 4]])).toBe(false); // prettier-ignore
  });
});

describe('ellipses', () => {
  it('are discs when both radii are one', () => {
    const disc = rasterise({ kind: 'ellipse', x: 2.5, y: 2.5, radiusX: 2.1, radiusY: 2.1, angle: 30 }, 5, 5);
    expect(picture(disc)).toEqual(['..#..', '.###.', '#####', '.###.', '..#..']);
  });

  it('hold exactly the centres within', () => {
    const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(
        real(-3, 12),
        real(-3, 12),
        real(0.1, 9),
        real(0.1, 9),
        real(-360, 360),
        (x, y, radiusX, radiusY, angle) => {
          const mask = rasterise({ kind: 'ellipse', x, y, radiusX, radiusY, angle }, 9, 8);
          for (let at = 0; at < 72; at++) {
            // By distance from the middle and angle, instead of by turned coordinates.
            const [dx, dy] = [(at % 9) + 0.5 - x, Math.floor(at / 9) + 0.5 - y];
            const around = Math.atan2(dy, dx) - (angle * Math.PI) / 180;
            const edge = 1 / Math.hypot(Math.cos(around) / radiusX, Math.sin(around) / radiusY);
            const distance = Math.hypot(dx, dy);
            if (Math.abs(distance - edge) > 1e-9) expect(mask.data[at] !== 0).toBe(distance < edge);
          }
        },
      ),
    );
  });
});

describe('orientation', () => {
  // The letter's pixels as EXIF says they are stored, from its definition: what the 0th row and column of the file are.
  const upright = drawn('###', '#..', '##.', '#..');
  const stored: Readonly<Record<number, readonly string[]>> = {
    1: ['###', '#..', '##.', '#..'],
    2: ['###', '..#', '.##', '..#'],
    3: ['..#', '.##', '..#', '###'],
    4: ['#..', '##.', '#..', '###'],
    5: ['####', '#.#.', '#...'],
    6: ['#...', '#.#.', '####'],
    7: ['...#', '.#.#', '####'],
    8: ['####', '.#.#', '...#'],
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%i is turned both ways', (exif) => {
    expect(picture(toStored(upright, exif))).toEqual(stored[exif]);
    expect(picture(toUpright(drawn(...stored[exif]!), exif))).toEqual(picture(upright));
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%i is turned as libvips turns images', async (exif) => {
    const image = await decodeImage(await exifJpeg(drawn(...stored[exif]!), exif));
    expect([image.width, image.height]).toEqual([3, 4]);
    const bright = upright.data.map((_, at) => ((image.data[3 * at] ?? 0) > 127 ? 255 : 0));
    expect(picture({ ...upright, data: bright })).toEqual(picture(upright));
  });
});

it('refuses what would take minutes to draw', () => {
  const large: Mask['width'] = 10_000;
  const shapes = Array.from({ length: 100 }, () => polygon([[0, 0], [large, 0], [large, large]])); // prettier-ignore
  expect(() => refuseTooMuch(shapes, large, large, 'a.json')).toThrow(/too much to draw/);
  expect(() => refuseTooMuch(shapes.slice(0, 10), large, large, 'a.json')).not.toThrow();
});
