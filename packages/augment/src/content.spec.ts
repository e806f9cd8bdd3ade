import { describe, expect, it } from '@jest/globals';
import { random } from '@foveate/contracts';
import type { AugmentedImages, Decoy, Mask } from '@foveate/contracts';
import { backgroundSwap, decoy, defectPaste, dropout } from './index.js';
import { alone, build, drawn, example, masked, operate } from './testing/operate.js';

const [width, height] = [48, 40];
const pixels = Array.from({ length: width * height }, (_, i) => i);
const colour = ({ data }: { data: Uint8Array }, pixel: number) => [...data.slice(pixel * 3, pixel * 3 + 3)];
const marked = (mask: Mask | undefined) => pixels.filter((pixel) => mask?.data[pixel] === 255);
const markOf = ({ defects }: AugmentedImages, type: string) => defects.find((defect) => defect.type === type)?.mask;

/** A donor: blue, the area of interest to the left, a dent of 4x3 pixels in it and a stain at the right edge. */
const donor: AugmentedImages = {
  image: drawn(width, height, (x, y) => (x >= 8 && x < 12 && y >= 20 && y < 23 ? [10, 10, 90] : [40, 40, 200])),
  aoi: masked(width, height, (x) => x < 20),
  defects: [
    { type: 'dent', mask: masked(width, height, (x, y) => x >= 8 && x < 12 && y >= 20 && y < 23) },
    { type: 'stain', mask: masked(width, height, (x, y) => x > 44 && y < 20) },
  ],
};
const asked: unknown[] = [];
const context = {
  other: (...question: unknown[]) => {
    asked.push(question);
    return Promise.resolve(donor);
  },
};

describe('dropout', () => {
  it('covers what it says, but not the area of interest, and unmarks what it hides', async () => {
    const service = await build(dropout);
    const input = example();
    const rectangles = [{ x: 2, y: 5, width: 20, height: 30, grey: 33 }];
    const output = await service.apply(input, { rectangles }, alone);
    for (const pixel of pixels) {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      const covered = x >= 2 && x < 22 && y >= 5 && y < 35 && input.aoi.data[pixel] === 0;
      expect(colour(output.image, pixel)).toEqual(covered ? [33, 33, 33] : colour(input.image, pixel));
    }
    // The spot lay wholly under the rectangle, the scratch in the area of interest.
    expect(output.defects).toEqual(input.defects.filter(({ type }) => type === 'scratch'));
    expect(output.aoi).toBe(input.aoi);
  });

  it('stays in the image', async () => {
    for (let seed = 0; seed < 50; seed++) await operate(dropout, example(), { seed, size: 1 });
  });
});

type Look = Pick<Decoy, 'shape' | 'size' | 'colour'>;

describe('decoy', () => {
  it('draws one mark beside the area of interest, and unmarks what it hides', async () => {
    const service = await build(decoy, { size: 0.3, softness: 0, gap: 0 });
    const [aoi, everywhere] = [masked(width, height, (x) => x < 16), masked(width, height, () => true)];
    const input = { ...example(), aoi, defects: [{ type: 'all', mask: everywhere }] };
    const seen = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const parameters = { seed, shape: 'square', size: 0.3, colour: [1, 2, 3], softness: 0, gap: 0 };
      const output = await service.apply(input, parameters, alone);
      const changed = pixels.filter(
        (pixel) => String(colour(output.image, pixel)) !== String(colour(input.image, pixel)),
      );
      // A square of 12 pixels; its edge covers less than all of a pixel.
      expect(changed.length).toBeGreaterThan(100);
      expect(changed.every((pixel) => input.aoi.data[pixel] === 0)).toBe(true);
      const middle = changed.filter((pixel) => String(colour(output.image, pixel)) === '1,2,3');
      expect(middle.some((pixel) => marked(markOf(output, 'all')).includes(pixel))).toBe(false);
      seen.add(changed[0]!);
    }
    expect(seen.size).toBeGreaterThan(3);
  });

  it('draws marks of any look', async () => {
    const any = { shape: 'any', size: [0.1, 0.2], colour: 'any', probability: 1 };
    const service = await build(decoy, any);
    const looks = Array.from({ length: 60 }, (_, seed) =>
      service.draw(random(seed, 'look'), { width, height }),
    ) as Look[];
    expect(new Set(looks.map(({ shape }) => shape))).toEqual(new Set(['disc', 'square', 'diamond']));
    expect(looks.every(({ size }) => size >= 0.1 && size < 0.2)).toBe(true);
    for (const channel of [0, 1, 2] as const) {
      const values = looks.map((look) => look.colour[channel]);
      expect(Math.min(...values)).toBeLessThan(50);
      expect(Math.max(...values)).toBeGreaterThan(205);
    }
  });

  it('does nothing where there is no room', async () => {
    const input = { ...example(), aoi: masked(width, height, () => true) };
    expect(await operate(decoy, input, { seed: 1 })).toMatchObject({ image: input.image });
  });
});

describe('background-swap', () => {
  it('keeps both areas of interest and shows the other sample elsewhere', async () => {
    const service = await build(backgroundSwap);
    const input = example();
    const output = await service.apply(input, { choice: 0.5, feather: 0 }, context);
    for (const pixel of pixels) {
      const mine = input.aoi.data[pixel] === 255 || donor.aoi.data[pixel] === 255;
      expect(colour(output.image, pixel)).toEqual(colour(mine ? input.image : donor.image, pixel));
    }
    expect(output.aoi).toBe(input.aoi);
    // The spot is under the donor's area of interest and stays; the donor's dent is in it and does not come, its stain does.
    expect(output.defects.map(({ type }) => type)).toEqual(['scratch', 'spot', 'stain']);
    expect(markOf(output, 'stain')).toEqual(donor.defects[1]?.mask);
  });

  it('has a soft edge outside the area of interest', async () => {
    const service = await build(backgroundSwap);
    const input = { ...example(), image: drawn(width, height, () => [200, 200, 200]) };
    const black = { ...donor, image: drawn(width, height, () => [0, 0, 0]), aoi: input.aoi };
    const { image } = await service.apply(input, { choice: 0, feather: 3 }, { other: () => Promise.resolve(black) });
    const row = [33, 34, 35, 36, 37, 38].map((x) => image.data[(20 * width + x) * 3]);
    expect(row).toEqual([200, 150, 100, 50, 0, 0]);
  });

  it('shifts the surroundings by what the insides differ, if asked to', async () => {
    const service = await build(backgroundSwap);
    // Inside 100 against 40 of the donor; the outside of the input is white and must not count.
    const aoi = masked(width, height, (x) => x < 20);
    const input = {
      ...example(),
      aoi,
      image: drawn(width, height, (x) => (x < 20 ? [100, 90, 250] : [255, 255, 255])),
    };
    const other = { ...donor, image: drawn(width, height, (x) => (x < 20 ? [40, 100, 40] : [60, 5, 90])) };
    const swapped = async (matchTone: boolean) => {
      const { image } = await service.apply(input, { choice: 0, feather: 0, matchTone }, { other: async () => other });
      return [colour(image, 10), colour(image, 40)];
    };
    expect(await swapped(false)).toEqual([
      [100, 90, 250],
      [60, 5, 90],
    ]);
    expect(await swapped(true)).toEqual([
      [100, 90, 250],
      [120, 0, 255],
    ]);
  });

  it('shifts nothing where one of the areas is empty', async () => {
    const service = await build(backgroundSwap);
    const even = drawn(width, height, () => [100, 100, 100]);
    const input = { ...example(), image: even, aoi: masked(width, height, (x) => x < 20) };
    const other = { ...donor, image: even, aoi: masked(width, height, () => false) };
    const parameters = { choice: 0, feather: 0, matchTone: true };
    for (const [mine, theirs] of [
      [input, other],
      [other, input],
    ] as const) {
      // prettier-ignore
      const { image } = await service.apply(mine, parameters, { other: async () => theirs });
      expect(image.data.every((value) => value === 100)).toBe(true);
    }
  });

  it('has the colours of the image along the border, and its own detail, if asked to', async () => {
    const service = await build(backgroundSwap);
    const input = { ...example(), image: drawn(width, height, () => [90, 90, 90]) };
    // As the image, and 60 brighter to the left and 40 to the right; a spot in it.
    const others = {
      ...input,
      image: drawn(width, height, (x, y) =>
        x === 2 && y === 30 ? [0, 0, 0] : x < width / 2 ? [150, 150, 150] : [130, 130, 130],
      ),
    };
    const swap = async (matchTone: boolean | string) =>
      service.apply(input, { choice: 0, feather: 0, matchTone }, { other: () => Promise.resolve(others) });
    const [plain, matched] = [await swap(false), await swap('border')];
    const outside = pixels.filter((pixel) => input.aoi.data[pixel] === 0);
    const far = ({ image }: AugmentedImages) =>
      outside.filter((pixel) => Math.abs(image.data[3 * pixel]! - 90) > 25).length;
    expect(far(plain)).toBe(outside.length);
    expect(far(matched)).toBeLessThan(0.05 * outside.length);
    expect(colour(matched.image, 30 * width + 2)).toEqual([0, 0, 0]);
  });

  it('has the same result in memory that was used before', async () => {
    const service = await build(backgroundSwap);
    const dirty = (bytes: number) => new Uint8Array(bytes).fill(77);
    const parameters = { choice: 0.5, feather: 2, matchTone: true };
    const [fresh, reused] = [
      await service.apply(example(), parameters, context),
      await service.apply(example(), parameters, { ...context, memory: dirty }),
    ];
    expect(reused).toEqual(fresh);
  });

  it('needs another sample', async () => {
    const input = example();
    expect(await operate(backgroundSwap, input)).toBe(input);
  });
});

describe('defect-paste', () => {
  const parameters = { donor: 0.3, defect: 0, seed: 7, feather: 0 };

  it('puts a whole defect inside the area of interest, with its mark and its darkness', async () => {
    const service = await build(defectPaste);
    const input = { ...example(), image: drawn(width, height, () => [150, 100, 220]) };
    for (let seed = 0; seed < 20; seed++) {
      const output = await service.apply(input, { ...parameters, seed, place: 'inside' }, context);
      const dent = marked(markOf(output, 'dent'));
      expect(dent).toHaveLength(12);
      for (const pixel of pixels) {
        // The donor's dent is 30, 30 and 110 darker than its surroundings.
        const expected = dent.includes(pixel) ? [120, 70, 110] : [150, 100, 220];
        expect(colour(output.image, pixel)).toEqual(expected);
        if (dent.includes(pixel)) expect(input.aoi.data[pixel]).toBe(255);
      }
    }
    expect(asked.at(-1)).toEqual([0.3, 1]);
  });

  it('puts it outside without touching the inside', async () => {
    const service = await build(defectPaste);
    const input = example();
    for (let seed = 0; seed < 20; seed++) {
      const output = await service.apply(input, { ...parameters, seed, feather: 5, place: 'outside' }, context);
      const dent = marked(markOf(output, 'dent'));
      expect(dent).toHaveLength(12);
      for (const pixel of marked(input.aoi)) {
        expect(dent).not.toContain(pixel);
        expect(colour(output.image, pixel)).toEqual(colour(input.image, pixel));
      }
      expect(output.aoi).toBe(input.aoi);
    }
  });

  it('chooses among connected defects by their area', async () => {
    const service = await build(defectPaste);
    const types = new Set<string>();
    for (let defect = 0; defect < 1; defect += 0.02) {
      const output = await service.apply(example(), { ...parameters, defect, place: 'outside' }, context);
      for (const { type } of output.defects) types.add(type);
    }
    expect([...types].sort()).toEqual(['dent', 'scratch', 'spot', 'stain']);
  });

  it('does nothing where there is no defect, no place, or no other sample', async () => {
    const service = await build(defectPaste);
    const input = example();
    const inside = { ...parameters, place: 'inside' };
    const clean = { other: () => Promise.resolve({ ...donor, defects: [] }) };
    expect(await service.apply(input, inside, clean)).toBe(input);
    const tiny = { ...input, aoi: masked(width, height, (x, y) => x === 9 && y === 9) };
    expect(await service.apply(tiny, inside, context)).toBe(tiny);
    const whole = { ...input, aoi: masked(width, height, () => true) };
    expect(await service.apply(whole, { ...inside, place: 'outside' }, context)).toBe(whole);
    expect(await operate(defectPaste, input)).toBe(input);
  });
});
