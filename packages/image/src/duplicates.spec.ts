import { describe, expect, it } from '@jest/globals';
import { random, type Raster } from '@foveate/contracts';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { DisjointSets, fingerprint, lookLength, nearDuplicates, shift } from './index.js';

/** A part of a product: the same ramp and stripe on each, not laid down quite the same, and grain of its own. */
function part(seed: number, width = 96, height = 96): Raster {
  const stream = random(seed, 'part');
  const spots = Array.from({ length: 20 }, () => [
    stream.uniform(0, 1),
    stream.uniform(0, 1),
    stream.uniform(0.01, 0.08),
    stream.uniform(-12, 12),
  ]);
  const stripe = 0.4 + 0.015 * stream.normal();
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let value = 60 + (100 * x) / width + (y > stripe * height && y < (stripe + 0.1) * height ? 40 : 0);
      for (const [u = 0, v = 0, radius = 1, contrast = 0] of spots) {
        value += contrast * Math.exp(-((x / width - u) ** 2 + (y / height - v) ** 2) / radius ** 2);
      }
      data.fill(value, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return { width, height, channels: 3, data };
}

const open = ({ width, height, channels, data }: Raster) => sharp(data, { raw: { width, height, channels } });
async function raw(image: Sharp): Promise<Raster> {
  const { data, info } = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 3, data: new Uint8Array(data) };
}

const parts = Array.from({ length: 40 }, (_, index) => part(index));
const looks = parts.map((image) => fingerprint(image).look);

describe('fingerprint', () => {
  it('knows the same pixels', () => {
    const image = part(1);
    expect(fingerprint({ ...image, data: image.data.slice() })).toEqual(fingerprint(image));
    const touched = { ...image, data: image.data.with(77, image.data[77]! ^ 1) };
    expect(fingerprint(touched).pixels).not.toBe(fingerprint(image).pixels);
    // The same bytes at another size are another image.
    const turned = { ...image, width: 32, height: 128 };
    expect(fingerprint(turned).pixels).not.toBe(fingerprint(image).pixels);
  });

  it('is that of a wave where the image is one', () => {
    // cos(3 pi x / W) across and nothing down: frequency (3, 0), the third number.
    const data = Uint8Array.from({ length: 320 * 40 }, (_, at) =>
      Math.round(128 + 100 * Math.cos((3 * Math.PI * ((at % 320) + 0.5)) / 320)),
    );
    const { look } = fingerprint({ width: 320, height: 40, channels: 1, data });
    expect(look).toHaveLength(lookLength);
    expect(look[2]).toBeCloseTo(1, 2);
    expect(Math.hypot(...look)).toBeCloseTo(1, 5);
  });

  it('takes exact means, also of images smaller than its grid', () => {
    // 8 x 4 pixels, each of them 4 x 8 cells: the same as the image enlarged without smoothing.
    const small: Raster = {
      width: 8,
      height: 4,
      channels: 1,
      data: Uint8Array.from({ length: 32 }, (_, at) => (at * 37) % 251),
    };
    const data = Uint8Array.from(
      { length: 64 * 32 },
      (_, at) => small.data[Math.floor(at / 512) * 8 + Math.floor((at % 64) / 8)]!,
    );
    const large = fingerprint({ width: 64, height: 32, channels: 1, data }).look;
    for (const [k, value] of fingerprint(small).look.entries()) expect(value).toBeCloseTo(large[k]!, 6);
  });

  it('has no look without contrast', () => {
    const even: Raster = { width: 50, height: 33, channels: 3, data: new Uint8Array(50 * 33 * 3).fill(201) };
    expect(fingerprint(even).look.every((value) => value === 0)).toBe(true);
  });
});

describe('nearDuplicates', () => {
  it('does not take parts of one product for copies', () => {
    expect(nearDuplicates(looks, 0.85)).toEqual([]);
  });

  it.each<[string, (image: Raster) => Raster | Promise<Raster>]>([
    ['compressed', async (image) => raw(sharp(await open(image).jpeg({ quality: 70 }).toBuffer()))],
    ['resized', (image) => raw(open(image).resize(45, 110, { fit: 'fill' }))],
    ['brightened', (image) => ({ ...image, data: image.data.map((value) => Math.min(255, value * 1.1 + 8)) })],
    ['moved by a pixel', (image) => shift(image, 1, -1)],
  ])('finds copies that were %s', async (...[, copy]) => {
    const copies = await Promise.all(parts.slice(0, 12).map(copy));
    const pairs = nearDuplicates([...looks, ...copies.map((image) => fingerprint(image).look)], 0.85);
    expect(pairs.map(({ a, b }) => [a, b]).sort(([a = 0], [b = 0]) => a - b)).toEqual(
      copies.map((_, index) => [index, index + 40]),
    );
    for (const { similarity } of pairs) expect(similarity).toBeGreaterThanOrEqual(0.85);
  });

  it('finds among hundreds what comparing all with all finds', () => {
    const stream = random(1, 'looks');
    const noise = () => Float32Array.from({ length: lookLength }, () => stream.normal());
    const originals = Array.from({ length: 600 }, noise);
    const copies = Array.from({ length: 60 }, (_, index) => {
      const other = noise();
      // Cosine about 0.94.
      return originals[index * 7]!.map((value, k) => value + 0.35 * other[k]!);
    });
    const pairs = nearDuplicates([...originals, ...copies], 0.85);
    expect(pairs.map(({ a, b }) => `${a} ${b}`).sort()).toEqual(copies.map((_, i) => `${i * 7} ${600 + i}`).sort());
  });

  it('joins the same images whatever their order', () => {
    const moved = parts.slice(0, 8).map((image) => fingerprint(shift(image, 1, 0)).look);
    const all = [...looks, ...moved];
    const clusters = (order: readonly number[]) => {
      const sets = new DisjointSets(order.length);
      for (const { a, b } of nearDuplicates(order.map((index) => all[index]!), 0.85)) sets.join(a, b); // prettier-ignore
      return sets
        .clusters()
        .map((set) => set.map((at) => order[at]!).sort((a, b) => a - b))
        .sort(([a = 0], [b = 0]) => a - b);
    };
    const straight = all.map((_, index) => index);
    expect(clusters(straight)).toHaveLength(8);
    expect(clusters(straight.toReversed())).toEqual(clusters(straight));
    expect(clusters(random(3, 'order').shuffle(straight))).toEqual(clusters(straight));
  });

  it('says nothing of too few images, nor of images without contrast', () => {
    const { look } = fingerprint(part(1));
    expect(nearDuplicates(Array.from({ length: 15 }, () => look), 0.85)).toEqual([]); // prettier-ignore
    const empty = new Float32Array(lookLength);
    expect(nearDuplicates([...looks, empty, empty], 0.85)).toEqual([]);
  });
});

describe('DisjointSets', () => {
  it('gives the components of any graph', () => {
    const graphs = fc
      .integer({ min: 1, max: 30 })
      .chain((size) =>
        fc.tuple(fc.constant(size), fc.array(fc.tuple(fc.nat({ max: size - 1 }), fc.nat({ max: size - 1 })))),
      );
    fc.assert(
      fc.property(graphs, ([size, edges]) => {
        const sets = new DisjointSets(size);
        for (const [a, b] of edges) sets.join(a, b);
        // Brute force: spread the smallest number along the edges until nothing changes.
        const smallest = Array.from({ length: size }, (_, index) => index);
        for (let round = 0; round < size; round++) {
          for (const [a, b] of edges) smallest[a] = smallest[b] = Math.min(smallest[a]!, smallest[b]!);
        }
        expect(smallest.map((_, index) => sets.find(index))).toEqual(smallest);
        const members = sets.clusters().flat();
        expect(new Set(members).size).toBe(members.length);
        for (const set of sets.clusters()) expect(set.length).toBeGreaterThan(1);
      }),
    );
  });
});
