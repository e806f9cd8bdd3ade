import { describe, expect, it } from '@jest/globals';
import {
  random,
  type Mask,
  type PluginContext,
  type Sample,
  type SampleImages,
  type SampleSource,
} from '@foveate/contracts';
import { brokenTeeth } from './broken-teeth.js';
import { fabricBorder } from './fabric-border.js';
import { fabricInterior } from './fabric-interior.js';
import { syntheticZipper } from './index.js';
import { render } from './render.js';
import { rough } from './rough.js';
import { drawScene } from './scene.js';
import { splitTeeth } from './split-teeth.js';
import { squeezedTeeth } from './squeezed-teeth.js';

async function source(input: Record<string, unknown>, seed = 1): Promise<SampleSource> {
  const parsed = await syntheticZipper.options['~standard'].validate(input);
  if (parsed.issues) throw new Error(JSON.stringify(parsed.issues));
  const context: PluginContext = {
    baseFolder: '.',
    seed,
    get: () => {
      throw new Error('not used');
    },
  };
  return syntheticZipper.register(parsed.value, context);
}

async function samples(input: Record<string, unknown>, seed = 1): Promise<Sample[]> {
  const list: Sample[] = [];
  for await (const item of (await source(input, seed)).scan()) if ('sample' in item) list.push(item.sample);
  return list;
}

/** Loads one sample from what its options say: nothing needs to have been scanned. */
async function draw(input: Record<string, unknown>, id: string, seed = 1): Promise<SampleImages> {
  const sample = (await samples(input, seed)).find((one) => one.id === id)!;
  return (await source(input, seed)).load(structuredClone(sample));
}

const groupOf = ({ id }: Sample) => id.split('/')[1]!;

function area(mask: Mask): number {
  return mask.data.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
}

function shareInside(defect: Mask, aoi: Mask): number {
  return defect.data.reduce((sum, value, i) => sum + (value > 0 && aoi.data[i]! > 0 ? 1 : 0), 0) / area(defect);
}

describe('synthetic-zipper', () => {
  it('has the size of the published zipper set by default', async () => {
    const list = await samples({});
    const counts: Record<string, number> = {};
    for (const sample of list) counts[groupOf(sample)] = (counts[groupOf(sample)] ?? 0) + 1;
    expect(counts).toEqual({
      good: 130,
      fabric_border: 43,
      fabric_interior: 43,
      broken_teeth: 37,
      split_teeth: 37,
      squeezed_teeth: 37,
      rough: 37,
      combined: 36,
    });
  });

  it('lists unique ids in order, with the defect types each sample shows', async () => {
    const list = await samples({ good: 10, defective: 10, clothDefects: 0.5 });
    const ids = list.map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
    expect(ids).toEqual([...ids].sort());
    expect(ids).toContain('zipper/broken_teeth/001');
    for (const sample of list) {
      const group = groupOf(sample);
      if (group === 'good') expect(sample.defectTypes).toEqual([]);
      else if (group !== 'combined') expect(sample.defectTypes).toEqual([group]);
      else {
        expect(sample.defectTypes).toHaveLength(2);
        expect(sample.defectTypes.filter((type) => type.startsWith('fabric_'))).toHaveLength(1);
      }
    }
  });

  it('draws the same bytes for the same seed and id, whatever the other options count', async () => {
    for (const id of ['zipper/good/000', 'zipper/combined/000']) {
      const a = await draw({ good: 2, defective: 5, size: 64 }, id);
      const b = await draw({ defective: 9, size: 64 }, id);
      expect(Buffer.from(a.image.data).equals(b.image.data)).toBe(true);
      expect(a.defects).toEqual(b.defects);
    }
  });

  it('draws other images for another id or seed; its own seed wins over that of the run', async () => {
    const pixels = async (seed: number, index: number, own?: number) => {
      const input = { good: 4, defective: 1, size: 64, ...(own === undefined ? {} : { seed: own }) };
      return Buffer.from((await draw(input, (await samples(input, seed))[index]!.id, seed)).image.data);
    };
    const first = await pixels(1, 0);
    expect(first.equals(await pixels(2, 0))).toBe(false);
    expect(first.equals(await pixels(1, 1))).toBe(false);
    expect(first.equals(await pixels(7, 0, 1))).toBe(true);
  });

  it.each([64, 100])(
    'keeps teeth damage inside and cloth damage outside the area of interest at size %d',
    async (size) => {
      const wrong: string[] = [];
      for (let seed = 0; seed < 12; seed++) {
        const input = { good: 10, defective: 15, clothDefects: 0.9, size, severity: [0.3, 1, 1.5][seed % 3] };
        const { load } = await source(input, seed);
        for (const sample of await samples(input, seed)) {
          const { image, defects, aoi } = await load(sample);
          expect([image.width, image.height, image.channels, image.data.length]).toEqual([
            size,
            size,
            3,
            3 * size * size,
          ]);
          expect(defects.map(({ type }) => type)).toEqual(sample.defectTypes);
          for (const { type, mask } of defects) {
            expect([mask.width, mask.height, mask.channels, mask.data.length]).toEqual([size, size, 1, size * size]);
            const share = shareInside(mask, aoi!);
            const fits = type.startsWith('fabric_') ? share <= 0.02 : share >= 0.95;
            if (!fits || area(mask) < 4) wrong.push(`${seed} ${sample.id} ${type} ${share} ${area(mask)}`);
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it('outlines what each damage changed, and the change is visible', () => {
    const size = 112;
    for (const damage of [brokenTeeth, splitTeeth, squeezedTeeth, rough, fabricBorder, fabricInterior])
      for (let seed = 0; seed < 6; seed++) {
        const [sound, damaged] = [drawScene(random(seed, 'scene')), drawScene(random(seed, 'scene'))];
        damage.apply(damaged, random(seed, 'damage'), 1);
        const before = render(sound, size).image.data;
        const { image, defects } = render(damaged, size);
        const mask = defects[0]!.mask.data;
        const near = (i: number) =>
          [-2, -1, 0, 1, 2].some((dy) => [-2, -1, 0, 1, 2].some((dx) => (mask[i + dy * size + dx] ?? 0) > 0));
        const changed = Array.from({ length: size * size }, (_, i) => i).filter(
          (i) => Math.abs(image.data[3 * i]! - before[3 * i]!) > 20,
        );
        const context = `${damage.type} seed ${seed}`;
        expect([context, changed.length > 5]).toEqual([context, true]);
        expect([context, changed.filter(near).length / changed.length > 0.95]).toEqual([context, true]);
        expect([context, changed.filter((i) => mask[i]! > 0).length / area(defects[0]!.mask) > 0.1]).toEqual([
          context,
          true,
        ]);
      }
  });

  it('is bright beside the tape and dark on it', async () => {
    const { image } = await draw({ good: 1, defective: 1, clothDefects: 0 }, 'zipper/good/000');
    const row = 112 * 224 * 3;
    expect(image.data[row]!).toBeGreaterThan(180);
    expect(image.data[row + 60 * 3]!).toBeLessThan(130);
  });

  it('rejects unknown and impossible options', async () => {
    const validate = async (input: unknown) => (await syntheticZipper.options['~standard'].validate(input)).issues;
    expect(await validate({ size: 32 })).toHaveLength(1);
    expect(await validate({ goood: 1 })).toHaveLength(1);
    expect(await validate({ clothDefects: 1.2 })).toHaveLength(1);
    expect(await validate({})).toBeUndefined();
  });
});

describe('synthetic-zipper with a mark', () => {
  const options = { good: 100, defective: 100, size: 64, mark: {} };
  const isDefective = ({ defectTypes }: Sample) => defectTypes.some((type) => !type.startsWith('fabric'));
  const rates = (list: readonly Sample[]) =>
    Object.fromEntries(
      (['train', 'validation', 'test'] as const).map((split) => {
        const of = (label: boolean) => list.filter((one) => one.split === split && isDefective(one) === label);
        const rate = (some: readonly Sample[]) =>
          some.filter(({ attributes }) => attributes?.['mark'] === 'yes').length / some.length;
        return [
          split,
          { good: of(false).length, defective: of(true).length, rates: [rate(of(false)), rate(of(true))] },
        ];
      }),
    );

  it('has none by default, and prescribes no split', async () => {
    const list = await samples({ good: 10, defective: 10 });
    expect(list.filter(({ attributes, split }) => attributes !== undefined || split !== undefined)).toEqual([]);
  });

  it('goes with the label in training and validation and not in the test', async () => {
    expect(rates(await samples(options))).toEqual({
      train: { good: 25, defective: 25, rates: [0.04, 0.96] },
      validation: { good: 10, defective: 10, rates: [0.1, 1] },
      test: { good: 65, defective: 65, rates: [33 / 65, 33 / 65] },
    });
    const other = await samples({ ...options, mark: { good: 0, defective: 1, test: 0 }, split: { train: 0.5 } });
    expect(rates(other)).toEqual({
      train: { good: 50, defective: 50, rates: [0, 1] },
      validation: { good: 10, defective: 10, rates: [0, 1] },
      test: { good: 40, defective: 40, rates: [0, 0] },
    });
  });

  it('changes only a square beside the area of interest, of the size that is asked for', async () => {
    const size = 160;
    const wide = { ...options, size, mark: { size: 0.08, near: 0.06, far: 0.15 } };
    const marked = (await samples(wide)).filter(({ attributes }) => attributes?.['mark'] === 'yes').slice(0, 5);
    for (const sample of marked) {
      const [plain, drawn] = [await draw({ ...wide, mark: undefined }, sample.id), await draw(wide, sample.id)];
      expect(drawn.aoi).toEqual(plain.aoi);
      expect(drawn.defects).toEqual(plain.defects);
      const changed = Array.from({ length: size * size }, (_, pixel) => pixel).filter(
        (pixel) => Math.abs(drawn.image.data[3 * pixel]! - plain.image.data[3 * pixel]!) > 12,
      );
      // Poses scale by up to a tenth, and stripes may match the cloth here and there.
      expect(Math.sqrt(changed.length)).toBeGreaterThan(0.6 * 0.08 * size);
      expect(Math.sqrt(changed.length)).toBeLessThan(1.3 * 0.08 * size);
      const inside = (x: number, y: number) => drawn.aoi!.data[y * size + x] !== 0;
      for (const pixel of changed) {
        const [x, y] = [pixel % size, Math.floor(pixel / size)];
        const apart = Array.from({ length: size }, (_, column) => column).filter((column) => inside(column, y));
        const distance = Math.min(...apart.map((column) => Math.abs(column - x))) / size;
        expect(distance).toBeGreaterThan(0.05);
        expect(distance).toBeLessThan(0.17);
      }
    }
  });

  it('shows damaged cloth in the test only, where that is asked for', async () => {
    const list = await samples({ good: 50, defective: 50, clothDefectsIn: 'test' });
    const damaged = list.filter(({ defectTypes }) => defectTypes.some((type) => type.startsWith('fabric')));
    expect(damaged.length).toBeGreaterThan(20);
    expect(new Set(damaged.map(({ split }) => split))).toEqual(new Set(['test']));
    expect(list.filter(({ split }) => split === 'train')).toHaveLength(18);
  });

  it.each([
    [{ mark: { near: 0.15 } }, ['mark', 'size']],
    [{ mark: { far: 0.4 } }, ['mark', 'far']],
    [{ mark: { size: 0.3 } }, ['mark', 'size']],
    [{ split: { train: 0.9, validation: 0.1 } }, ['split', 'validation']],
  ])('refuses %j', async (input, path) => {
    const result = await syntheticZipper.options['~standard'].validate(input);
    expect(result.issues?.map((issue) => issue.path)).toEqual([path]);
  });
});
