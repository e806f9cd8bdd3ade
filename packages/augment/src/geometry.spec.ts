import { describe, expect, it } from '@jest/globals';
import { random } from '@foveate/contracts';
import type { AugmentedImages, Plugin } from '@foveate/contracts';
import fc from 'fast-check';
import * as plugins from './index.js';
import { alone, build, drawn, example, masked, operate } from './testing/operate.js';

const [width, height] = [40, 32];
const bits: readonly number[] = [0, 1, 2, 3, 4, 5];

/** An image that holds its own coordinates in red and green, and a mask for each binary digit of them. */
function coordinates(): AugmentedImages {
  const digit = (axis: 'x' | 'y', bit: number) => ({
    type: `${axis}${String(bit)}`,
    mask: masked(width, height, (x, y) => (((axis === 'x' ? x : y) >> bit) & 1) === 1),
  });
  return {
    image: drawn(width, height, (x, y) => [6 * x, 8 * y, 0]),
    aoi: masked(width, height, () => true),
    defects: [...bits.map((bit) => digit('x', bit)), ...bits.map((bit) => digit('y', bit))],
  };
}

/** The largest distance, in x or in y, between where the image and where the masks say that a pixel comes from. */
function drift({ image, aoi, defects }: AugmentedImages): number {
  const byType = new Map(defects.map(({ type, mask }) => [type, mask.data]));
  const read = (axis: 'x' | 'y', pixel: number) =>
    bits.reduce((sum: number, bit) => sum + (byType.get(`${axis}${String(bit)}`)?.[pixel] === 255 ? 1 << bit : 0), 0);
  let largest = 0;
  for (const [pixel, inside] of aoi.data.entries()) {
    if (inside === 0) continue;
    const [red, green] = [image.data[pixel * 3] ?? 0, image.data[pixel * 3 + 1] ?? 0];
    largest = Math.max(largest, Math.abs(red / 6 - read('x', pixel)), Math.abs(green / 8 - read('y', pixel)));
  }
  return largest;
}

const all = Object.values<Plugin<'augmentation'>>(plugins).filter(({ slots }) => slots === undefined);
const geometric = (await Promise.all(all.map(async (plugin) => ({ plugin, service: await build(plugin) })))).filter(
  ({ service }) => service.effect === 'geometric',
);
const borders = ['reflect', 'edge', 'constant'] as const;
const resampled = ['affine', 'perspective', 'random-resized-crop', 'elastic'];

it('tests all geometric operations', () => {
  expect(geometric.map(({ plugin }) => plugin.meta.id).sort()).toEqual(
    [...resampled, 'flip-horizontal', 'flip-vertical', 'rotate-90', 'translate'].sort(),
  );
});

describe('masks stay with the image', () => {
  it.each(geometric.map(({ plugin }) => [plugin.meta.id, plugin] as const))('%s', async (...[id, plugin]) => {
    // Rounding to the nearest pixel, and the grey levels of the coordinates; whole-pixel moves have neither.
    const tolerance = resampled.includes(id) ? 0.5 + 0.1 : 0;
    for (let seed = 0; seed < 30; seed++) {
      const border = ['affine', 'perspective', 'elastic'].includes(id) ? { border: borders[seed % 3] } : {};
      expect(drift(await operate(plugin, coordinates(), { seed, ...border }))).toBeLessThanOrEqual(tolerance);
    }
  });

  it('through every chain', async () => {
    const link = fc.record({ index: fc.nat({ max: geometric.length - 1 }), seed: fc.nat({ max: 1e6 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(link, { minLength: 2, maxLength: 4 }), async (chain) => {
        let images = coordinates();
        let roundings = 0;
        for (const { index, seed } of chain) {
          const { plugin, service } = geometric[index] ?? geometric[0]!;
          images = await service.apply(images, service.draw(random(seed), images.image) ?? {}, alone);
          if (resampled.includes(plugin.meta.id)) roundings++;
        }
        // Each resampling rounds once more, the earlier ones seen under the scale and the turn of the later.
        expect(drift(images)).toBeLessThanOrEqual(roundings * 0.95);
      }),
      { numRuns: 150 },
    );
  });
});

describe('flips', () => {
  it('mirror, and twice is nothing', async () => {
    const { image } = example();
    const start = (x: number, y: number): number => (y * 48 + x) * 3;
    const [across, down] = [
      await operate(plugins.flipHorizontal, example()),
      await operate(plugins.flipVertical, example()),
    ];
    expect(across.image.data[start(47, 2)]).toBe(image.data[start(0, 2)]);
    expect(down.image.data[start(4, 39)]).toBe(image.data[start(4, 0)]);
    expect(await operate(plugins.flipHorizontal, across)).toEqual(example());
    expect(await operate(plugins.flipVertical, down)).toEqual(example());
  });
});

const square = (): AugmentedImages => ({
  image: drawn(20, 20, (x, y) => [12 * x, 12 * y, (x * y) % 256]),
  aoi: masked(20, 20, (x, y) => x > y + 3),
  defects: [],
});

describe('turns', () => {
  it('by a quarter are exact, in both operations the same', async () => {
    const [quarters, freely] = [await build(plugins.rotate90), await build(plugins.affine)];
    for (const turns of [1, 2, 3]) {
      const turned = await quarters.apply(square(), { turns }, alone);
      const angle = 90 * turns;
      expect(await freely.apply(square(), { angle, scale: 1, shear: 0, border: 'constant' }, alone)).toEqual(turned);
      expect(await quarters.apply(turned, { turns: 4 - turns }, alone)).toEqual(square());
    }
    const first = await quarters.apply(square(), { turns: 1 }, alone);
    // Clockwise: the top left corner goes to the top right.
    expect([...first.image.data.slice(19 * 3, 20 * 3)]).toEqual([0, 0, 0]);
  });

  it('are by a half where width and height differ', async () => {
    const service = await build(plugins.rotate90, { probability: 1 });
    for (let seed = 0; seed < 20; seed++) expect(service.draw(random(seed), example().image)).toEqual({ turns: 2 });
  });
});

it('affine enlarges about the centre and shears rows', async () => {
  const service = await build(plugins.affine);
  const dot = { ...square(), image: drawn(21, 21, (x, y) => (x === 13 && y === 10 ? [255, 0, 0] : [0, 0, 0])) };
  const input = { ...dot, aoi: masked(21, 21, (x, y) => x === 13 && y === 10) };
  const centre = ({ data }: { data: Uint8Array }) => {
    const inside = [...data.keys()].filter((pixel) => data[pixel] === 255);
    const mean = (of: (pixel: number) => number) => inside.reduce((sum, pixel) => sum + of(pixel), 0) / inside.length;
    return [mean((pixel) => pixel % 21), mean((pixel) => Math.floor(pixel / 21))];
  };
  const larger = await service.apply(input, { angle: 0, scale: 3, shear: 0, border: 'constant' }, alone);
  expect(centre(larger.aoi)).toEqual([19, 10]);
  const above = { ...input, aoi: masked(21, 21, (x, y) => x === 10 && y === 4) };
  const leaning = await service.apply(above, { angle: 0, scale: 1, shear: 45, border: 'constant' }, alone);
  expect(centre(leaning.aoi)).toEqual([4, 4]);
});

it('perspective takes corners from where it says', async () => {
  const service = await build(plugins.perspective);
  const corners = [[2, 3], [36, 1], [39, 30], [1, 27]]; // prettier-ignore
  const { image } = await service.apply(coordinates(), { corners, border: 'edge' }, alone);
  const at = (x: number, y: number) => [...image.data.slice((y * width + x) * 3, (y * width + x) * 3 + 2)];
  expect([at(0, 0), at(39, 0), at(39, 31), at(0, 31)]).toEqual(corners.map(([x, y]) => [6 * x!, 8 * y!]));
});

it('a crop shows its part and nothing else', async () => {
  const service = await build(plugins.randomResizedCrop);
  const part = { x: 10, y: 8, width: 20, height: 16 };
  const { image } = await service.apply(coordinates(), part, alone);
  const [red, green] = [0, 1].map((channel) => [...image.data].filter((_, i) => i % 3 === channel)) as [
    number[],
    number[],
  ];
  // The outermost pixels of the result are centred a quarter of a pixel inside the part.
  expect([Math.min(...red), Math.max(...red)]).toEqual([Math.round(6 * 9.75), Math.round(6 * 29.25)]);
  expect([Math.min(...green), Math.max(...green)]).toEqual([8 * 7.75, 8 * 23.25]);
});

it('elastic moves stay small and never fold', async () => {
  const options = { spacing: 0.25, strength: 0.45, border: 'edge' };
  for (let seed = 0; seed < 20; seed++) {
    const { image } = await operate(plugins.elastic, coordinates(), { seed, ...options });
    for (let y = 0; y < height; y++) {
      for (let x = 1; x < width; x++) {
        const red = (column: number) => image.data[(y * width + column) * 3] ?? 0;
        expect(red(x)).toBeGreaterThanOrEqual(red(x - 1));
        expect(Math.abs(red(x) / 6 - x)).toBeLessThanOrEqual(0.45 * 8 + 0.1);
      }
    }
  }
});

describe('every move', () => {
  const far = { image: drawn(16, 12, (x, y) => [x, y, 0]), aoi: masked(16, 12, (x, y) => x === 14 && y === 5) };

  it('leaves an image alone whose area of interest would be lost', async () => {
    const service = await build(plugins.translate);
    const input = { ...far, defects: [] };
    expect(await service.apply(input, { dx: 4, dy: 0 }, alone)).toBe(input);
  });

  it('drops a defect that leaves the image', async () => {
    const service = await build(plugins.translate);
    const defects = [{ type: 'spot', mask: masked(16, 12, (x, y) => x === 1 && y === 3) }];
    const output = await service.apply({ ...far, defects }, { dx: -3, dy: 0 }, alone);
    expect(output.defects).toEqual([]);
    expect(output.aoi).toEqual(masked(16, 12, (x, y) => x === 11 && y === 5));
  });
});
