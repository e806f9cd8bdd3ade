import { affine, flipHorizontal, rotate90 } from '@foveate/augment';
import type { Augmentation, Mask } from '@foveate/contracts';
import { buildPlugin } from '@foveate/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { augmentedImage } from './augment-masks.js';
import { augmentedBatches, maskBatch, plainBatches } from './batches.js';
import { heldOut } from './hold-out.js';
import { disc, side } from './testing/discs.js';
import { preparedImages, type PreparedImage } from './training-image.js';

const size = { height: side, width: side };
let images: readonly PreparedImage[] = [];
let augmentations: readonly Augmentation[] = [];
beforeAll(async () => {
  const given = [0, 1, 2, 3, 4].map((number) => {
    const one = disc(number);
    return { ...one, areas: { ...one.areas, corner: corner() } };
  });
  ({ images } = await preparedImages(given, size));
  augmentations = [await buildPlugin(flipHorizontal), await buildPlugin(rotate90), await buildPlugin(affine)];
});

/** The upper left quarter. */
function corner(): Mask {
  const data = Uint8Array.from({ length: side * side }, (_, i) => (i % side < 16 && i < 16 * side ? 255 : 0));
  return { width: side, height: side, channels: 1, data };
}

describe('preparedImages', () => {
  it('sorts areas by name, resizes, and gives an area that is left out an empty mask', async () => {
    const grey = { width: 4, height: 2, channels: 1 as const, data: Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9) };
    const mask = { ...grey, data: Uint8Array.of(255, 255, 0, 0, 255, 255, 0, 0) };
    const given = [
      { id: 'a', image: grey, areas: { seam: mask } },
      { id: 'b', image: grey, areas: { edge: mask } },
    ];
    const { areas, images: prepared } = await preparedImages(given, { height: 1, width: 2 });
    expect(areas).toEqual(['edge', 'seam']);
    const [first] = prepared;
    expect(first!.image).toMatchObject({ width: 2, height: 1, channels: 3, data: Uint8Array.of(9, 9, 9, 9, 9, 9) });
    expect(first!.masks.map(({ data }) => [...data])).toEqual([
      [0, 0],
      [255, 0],
    ]);
  });

  it('refuses masks of another size, pixels that are missing, two of one id, and no mask at all', async () => {
    const one = disc(0);
    const small = { width: 1, height: 1, channels: 1 as const, data: new Uint8Array(1) };
    const refused = (given: object) => preparedImages([{ ...one, ...given }], size);
    await expect(refused({ areas: { disc: small } })).rejects.toMatchObject({ code: 'DATA_INVALID' });
    await expect(refused({ image: { ...one.image, data: new Uint8Array(5) } })).rejects.toThrow('disc0');
    await expect(preparedImages([one, one], size)).rejects.toThrow('one id');
    await expect(refused({ areas: {} })).rejects.toThrow('no mask');
  });
});

describe('heldOut', () => {
  const of = (count: number, group?: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => ({ id: `${String(i)}`, group: group?.(i) ?? String(i) }));

  it('holds out a share, two at least, whatever the order', () => {
    expect(heldOut(of(5), 0.2, 1).validation).toHaveLength(2);
    const { training, validation } = heldOut(of(40), 0.2, 1);
    expect([training.length, validation.length]).toEqual([32, 8]);
    expect(heldOut(of(40).reverse(), 0.2, 1)).toEqual({ training, validation });
    expect(heldOut(of(40), 0.2, 2).validation).not.toEqual(validation);
  });

  it('never parts a group', () => {
    const { training, validation } = heldOut(
      of(30, (i) => `g${String(i % 6)}`),
      0.2,
      3,
    );
    const groups = new Set(validation.map(({ group }) => group));
    expect(training.some(({ group }) => groups.has(group))).toBe(false);
  });

  it('refuses when nothing would be left', () => {
    expect(() => heldOut(of(2), 0.2, 1)).toThrow('too few images');
    expect(() =>
      heldOut(
        of(9, () => 'one'),
        0.2,
        1,
      ),
    ).toThrow('too few images');
  });
});

describe('augmentedImage', () => {
  it('moves all areas with the image, the same way for the same draw', async () => {
    const draw = { seed: 1, purpose: 'train', repetition: 3 };
    const image = images[0]!;
    const once = await augmentedImage(augmentations, image, draw);
    expect(await augmentedImage(augmentations, image, draw)).toEqual(once);
    expect(once.image.data).not.toEqual(image.image.data);
    // Where the disc is, the image is bright: also afterwards.
    const [, moved] = once.masks as [Mask, Mask];
    const right = moved.data.filter((value, i) => (value === 255) === once.image.data[3 * i]! > 130).length;
    expect(right / moved.data.length).toBeGreaterThan(0.97);
    expect(once.masks[0]!.data).not.toEqual(image.masks[0]!.data);
  });

  it('leaves an area empty that is', async () => {
    const empty = { ...images[0]!, masks: [{ ...corner(), data: new Uint8Array(side * side) }] };
    const { masks } = await augmentedImage(augmentations, empty, { seed: 1, purpose: 'train', repetition: 0 });
    expect(masks[0]!.data.includes(255)).toBe(false);
  });
});

describe('batches', () => {
  const options = () => ({ augmentations, seed: 1, batchSize: 2, steps: 3 });
  const all = async <T>(items: AsyncIterable<T>) => {
    const list: T[] = [];
    for await (const item of items) list.push(item);
    return list;
  };

  it('lay areas beside each other', () => {
    const { targets, images: pixels } = maskBatch(images.slice(0, 2));
    expect([targets.length, pixels.length]).toEqual([2 * side * side * 2, 2 * side * side * 3]);
    expect(targets[0]).toBe(1); // the corner, first by name, in the first pixel
    expect(targets[1]).toBe(0);
    expect(pixels[0]).toBeCloseTo(images[0]!.image.data[0]! / 255, 6);
  });

  it('show every image before one comes again, and go on from any step', async () => {
    const first = await all(augmentedBatches(images, options(), 1, 0));
    const second = await all(augmentedBatches(images, options(), 2, 0));
    const ids = [...first, ...second].flatMap((batch) => batch.ids);
    expect(new Set(ids.slice(0, 5)).size).toBe(5);
    expect(new Set(ids.slice(5, 10)).size).toBe(5);
    expect(await all(augmentedBatches(images, options(), 1, 2))).toEqual(first.slice(2));
    const again = first.flatMap((batch) => batch.ids).indexOf(second[0]!.ids[0]!);
    expect(again).toBeGreaterThanOrEqual(0);
  });

  it('are plain where nothing is drawn', async () => {
    expect((await all(plainBatches(images, 4))).map(({ ids }) => ids.length)).toEqual([4, 1]);
  });
});
