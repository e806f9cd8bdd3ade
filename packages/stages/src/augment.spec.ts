import { describe, expect, it } from '@jest/globals';
import { fail } from '@foveate/contracts';
import type { AugmentedImages, Labeller, LabelledSample, Mask, RandomStream } from '@foveate/contracts';
import * as fc from 'fast-check';
import { augmentSample, replay } from './data/augment-sample.js';
import type { AugmentationSetting, Operation } from './data/augment-sample.js';

const side = 8;
const at = (pixels: readonly number[]): Mask => {
  const data = new Uint8Array(side * side);
  for (const pixel of pixels) data[pixel] = 255;
  return { width: side, height: side, channels: 1, data };
};
const image = { width: side, height: side, channels: 3 as const, data: new Uint8Array(side * side * 3).fill(100) };
/** The left half. */
const left = Array.from({ length: side * side }, (_, pixel) => pixel).filter((pixel) => pixel % side < side / 2);

const sampleWith = (label: 0 | 1, defectTypes = ['crack']): LabelledSample => ({
  id: 'a',
  defectTypes,
  label,
  reason: '',
});

/** Defective from 3/4 inside, good to 1/4; a brute count. */
const labeller: Labeller = {
  needsPixels: ({ defectTypes }) => defectTypes.length > 0,
  decide: ({ defectTypes }, pixels) => {
    if (defectTypes.length === 0) return { label: 0, reason: 'no defect' };
    if (pixels === undefined) throw fail({ code: 'DATA_INVALID', what: 'No pixels' });
    const shares = defectTypes.map((type) => {
      const { data } = pixels.images.defects.find((defect) => defect.type === type)!.mask;
      const area = data.filter((value) => value > 0).length;
      return data.filter((value, pixel) => value > 0 && pixels.aoi.data[pixel] === 255).length / area;
    });
    const share = Math.max(...shares);
    if (share >= 0.75) return { label: 1, reason: 'inside' };
    if (share <= 0.25) return { label: 0, reason: 'outside' };
    return { skip: { path: 'a', reason: 'between-thresholds', message: '' } };
  },
};

/** Moves the defects alone, so that they change sides. */
const slide = (draw: (random: RandomStream) => number | undefined): Operation => ({
  id: 'slide',
  augmentation: {
    effect: 'geometric',
    draw,
    apply: (input, by) => ({
      ...input,
      defects: input.defects.map(({ type, mask }) => {
        const moved = [...mask.data.keys()].filter((pixel) => mask.data[pixel] === 255).map((p) => p + (by as number));
        return { type, mask: at(moved.filter((pixel) => pixel < side * side)) };
      }),
    }),
  },
});

const brighter: Operation = {
  id: 'brighter',
  augmentation: {
    effect: 'photometric',
    draw: (random) => ({ by: random.integer(100) }),
    apply: (input, parameters) => {
      const { by } = parameters as { by: number };
      return { ...input, image: { ...input.image, data: input.image.data.map((value) => value + by) } };
    },
  },
};

const setting = (sample: LabelledSample, more: Partial<AugmentationSetting> = {}): AugmentationSetting => ({
  seed: 1,
  epoch: 1,
  sample,
  labeller,
  context: { other: () => Promise.resolve(undefined) },
  ...more,
});

const input = (defect: readonly number[]): AugmentedImages => ({
  image,
  aoi: at(left),
  defects: [{ type: 'crack', mask: at(defect) }],
});

describe('augmentSample', () => {
  it('gives a defect that crosses the border of the area the other label', async () => {
    const { label, record } = await augmentSample([slide(() => 4)], input([0, 1, 2, 3]), setting(sampleWith(1)));
    expect({ label, record }).toEqual({ label: 0, record: [{ index: 0, id: 'slide', parameters: 4 }] });
  });

  it('takes back what leaves no label, says so, and goes on', async () => {
    const operations = [slide(() => 2), brighter, slide(() => 1)];
    const { images, label, record } = await augmentSample(operations, input([0, 1, 2, 3]), setting(sampleWith(1)));
    expect(label).toBe(1);
    expect(record).toMatchObject([{ id: 'slide', undone: 'between-thresholds' }, { id: 'brighter' }, { id: 'slide' }]);
    expect(record[2]).not.toHaveProperty('undone');
    expect(images.defects[0]?.mask).toEqual(at([1, 2, 3, 4]));
  });

  it('counts a defect that has left the image as gone, one without a mask as there', async () => {
    const off = [slide(() => 64)];
    expect((await augmentSample(off, input([0]), setting(sampleWith(1)))).label).toBe(0);
    const byName: Labeller = {
      needsPixels: () => false,
      decide: ({ defectTypes }) => ({ label: defectTypes.length > 0 ? 1 : 0, reason: '' }),
    };
    const both = setting(sampleWith(1, ['crack', 'dent']), { labeller: byName });
    expect((await augmentSample(off, input([0]), both)).label).toBe(1);
  });

  it('keeps a label that small masks would round to another one', async () => {
    // At full size it was judged defective; at this size the same pixels lie outside, before and after.
    const { label } = await augmentSample([slide(() => 8)], input([4, 5]), setting(sampleWith(1)));
    expect(label).toBe(1);
  });

  it('takes back what leaves no area of interest', async () => {
    const hide: Operation = {
      id: 'hide',
      augmentation: { effect: 'content', draw: () => ({}), apply: (images) => ({ ...images, aoi: at([]) }) },
    };
    const { images, record } = await augmentSample([hide], input([0]), setting(sampleWith(1)));
    expect(record).toEqual([{ index: 0, id: 'hide', parameters: {}, undone: 'aoi-empty' }]);
    expect(images.aoi).toEqual(at(left));
  });

  it('draws by seed, epoch, sample and position, whatever the operations before did', async () => {
    const drawn: number[] = [];
    const spy = slide((random) => {
      drawn.push(random.float());
      return undefined;
    });
    for (const epoch of [1, 2, 1]) await augmentSample([spy], input([0]), setting(sampleWith(1), { epoch }));
    await augmentSample([brighter, spy], input([0]), setting(sampleWith(1)));
    expect(drawn[2]).toBe(drawn[0]);
    expect(new Set(drawn).size).toBe(3);
  });
});

describe('replay', () => {
  it('does a record again after it has been JSON', async () => {
    const operations = [brighter, slide((random) => random.integer(9)), slide((random) => random.integer(9) - 4)];
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 40 }), async (epoch, start) => {
        const from = input([start, start + 1, start + 2]);
        const { images, record } = await augmentSample(operations, from, setting(sampleWith(0), { epoch }));
        const written = JSON.parse(JSON.stringify(record)) as typeof record;
        expect(await replay(operations, from, written, setting(sampleWith(0)).context)).toEqual(images);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses operations of another configuration', async () => {
    const { record } = await augmentSample([brighter], input([0]), setting(sampleWith(1)));
    await expect(replay([slide(() => 1)], input([0]), record, setting(sampleWith(1)).context)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('data.augment.0: The record was made with other operations'),
    });
  });
});
