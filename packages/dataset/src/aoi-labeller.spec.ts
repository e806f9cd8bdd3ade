import { describe, expect, it } from '@jest/globals';
import type { LabelDecision, Labeller, Mask, PluginContext, Sample, SampleImages } from '@foveate/contracts';
import fc from 'fast-check';
import { emptyMask } from '@foveate/image';
import { aoiLabeller, shareInside } from './index.js';

const context: PluginContext = {
  baseFolder: '/',
  seed: 1,
  get: () => {
    throw new Error('no other plugin is needed');
  },
};

/** One row of 100 pixels; the area of interest is its left half. */
const aoi: Mask = { width: 100, height: 1, channels: 1, data: new Uint8Array(100).fill(255, 0, 50) };

/** A defect of `inside` pixels left and `outside` pixels right of the border. */
function defect(inside: number, outside: number): Mask {
  return { width: 100, height: 1, channels: 1, data: new Uint8Array(100).fill(255, 50 - inside, 50 + outside) };
}

async function labeller(options: object = {}): Promise<Labeller> {
  const result = await aoiLabeller.options['~standard'].validate(options);
  if (result.issues !== undefined) throw new Error(result.issues.map(({ message }) => message).join('; '));
  return aoiLabeller.register(result.value, context);
}

function example(masks: Record<string, Mask | undefined>): [Sample, { images: SampleImages; aoi: Mask }] {
  const defects = Object.entries(masks).flatMap(([type, mask]) => (mask === undefined ? [] : [{ type, mask }]));
  const image = { width: 100, height: 1, channels: 3 as const, data: new Uint8Array(300) };
  const images: SampleImages = { image, defects };
  return [
    { id: 's1', defectTypes: Object.keys(masks) },
    { images, aoi },
  ];
}

const decide = (judge: Labeller, masks: Record<string, Mask | undefined>): LabelDecision => {
  const [sample, pixels] = example(masks);
  return judge.needsPixels(sample) ? judge.decide(sample, pixels) : judge.decide(sample);
};

describe('shareInside', () => {
  it('is the share of the defect, not of the area', () => {
    expect(shareInside(defect(9, 1), aoi)).toBe(0.9);
    expect(shareInside(defect(0, 20), aoi)).toBe(0);
    expect(shareInside(emptyMask(100, 1, 255), aoi)).toBe(0.5);
    expect(shareInside(emptyMask(100, 1), aoi)).toBeUndefined();
    expect(() => shareInside(emptyMask(3, 3, 255), aoi)).toThrow('differ in size');
  });
});

describe('labels by geometry', () => {
  it.each([
    // The thresholds themselves count: at least 90% is inside, at most 10% outside.
    [20, 0, { label: 1, shareInside: 1, reason: "defect 'rough' lies 100% inside the area of interest" }],
    [18, 2, { label: 1, shareInside: 0.9, reason: "defect 'rough' lies 90% inside the area of interest" }],
    [2, 18, { label: 0, shareInside: 0.1, reason: "defect 'rough' lies 10% inside the area of interest" }],
    [0, 20, { label: 0, shareInside: 0, reason: "defect 'rough' lies 0% inside the area of interest" }],
  ])('%i pixels inside and %i outside', async (inside, outside, expected) => {
    expect(decide(await labeller(), { rough: defect(inside, outside) })).toMatchObject(expected);
  });

  it.each([
    [17, 3],
    [3, 17],
  ])('%i pixels inside and %i outside lie between', async (inside, outside) => {
    const masks = { rough: defect(inside, outside) };
    expect(decide(await labeller(), masks)).toMatchObject({ skip: { path: 's1', reason: 'between-thresholds' } });
    const kept = await labeller({ byGeometry: { between: 'defective' } });
    expect(decide(kept, masks)).toMatchObject({ label: 1, shareInside: inside / 20 });
    const dismissed = await labeller({ byGeometry: { between: 'good' } });
    expect(decide(dismissed, masks)).toMatchObject({
      label: 0,
      reason: expect.stringContaining('between 10% and 90%'),
    });
  });

  it('takes other thresholds', async () => {
    const judge = await labeller({ byGeometry: { inside: 0.5, outside: 0.4 } });
    expect(decide(judge, { rough: defect(10, 10) })).toMatchObject({ label: 1 });
    expect(decide(judge, { rough: defect(8, 12) })).toMatchObject({ label: 0 });
    expect(decide(judge, { rough: defect(9, 11) })).toHaveProperty('skip');
  });

  it('judges each defect alone: a small one inside is not outvoted', async () => {
    const judge = await labeller();
    // Together they would be 5 / 45 = 11% inside.
    expect(decide(judge, { cloth: defect(0, 40), teeth: defect(5, 0) })).toMatchObject({
      label: 1,
      shareInside: 1,
      reason: "defect 'teeth' lies 100% inside the area of interest",
    });
    expect(decide(judge, { cloth: defect(0, 40), border: defect(1, 19) })).toMatchObject({
      label: 0,
      shareInside: 0.05,
    });
    expect(decide(judge, { cloth: defect(0, 40), border: defect(10, 10) })).toHaveProperty('skip');
  });

  it('does not guess where a defect without a mask is', async () => {
    const judge = await labeller();
    expect(decide(judge, { rough: undefined })).toMatchObject({ skip: { reason: 'mask-missing' } });
    expect(decide(judge, { rough: undefined, cloth: defect(0, 9) })).toMatchObject({
      skip: { reason: 'mask-missing' },
    });
    expect(decide(judge, { rough: undefined, teeth: defect(9, 0) })).toMatchObject({ label: 1 });
  });
});

describe('labels by type', () => {
  const byType = { fabric_border: 'outside', fabric_interior: 'outside' };

  it('calls a defect-free sample good without looking', async () => {
    const judge = await labeller();
    const [sample] = example({});
    expect(judge.needsPixels(sample)).toBe(false);
    expect(judge.decide(sample)).toEqual({ label: 0, reason: 'no defect' });
  });

  it('relabels as in the paper, reading no pixels', async () => {
    const judge = await labeller({ byType, byGeometry: false });
    const label = (...types: string[]): LabelDecision => {
      const sample: Sample = { id: 's', defectTypes: types };
      expect(judge.needsPixels(sample)).toBe(false);
      return judge.decide(sample);
    };
    expect(label('fabric_border')).toEqual({
      label: 0,
      reason: "defect type 'fabric_border' counts as outside the area of interest",
      verdicts: [{ type: 'fabric_border', side: 'outside', rule: 'type', shareInside: null, area: null }],
    });
    expect(label('rough')).toMatchObject({ label: 1 });
    expect(label('fabric_border', 'rough')).toMatchObject({ label: 1, reason: expect.stringContaining("'rough'") });
    expect(label('fabric_border', 'fabric_interior')).toMatchObject({ label: 0 });
  });

  it('lets types decide first and geometry the rest', async () => {
    const judge = await labeller({ byType: { ...byType, broken: 'inside' } });
    // Lies inside, but its type says otherwise.
    expect(decide(judge, { fabric_border: defect(20, 0) })).toMatchObject({ label: 0 });
    expect(decide(judge, { fabric_border: defect(20, 0), rough: defect(0, 9) })).toMatchObject({
      label: 0,
      shareInside: 0,
    });
    expect(decide(judge, { fabric_border: defect(0, 9), rough: defect(9, 0) })).toMatchObject({ label: 1 });
    expect(decide(judge, { broken: defect(0, 9) })).toMatchObject({ label: 1 });
  });

  it('refuses thresholds the wrong way round', async () => {
    await expect(labeller({ byGeometry: { inside: 0.2, outside: 0.5 } })).rejects.toThrow();
    await expect(labeller({ byType: { rough: 'sideways' } })).rejects.toThrow();
  });
});

/** A mask drawn with characters, `#` inside. */
function drawn(...rows: string[]): Mask {
  const data = Uint8Array.from(rows.join(''), (character) => (character === '#' ? 255 : 0));
  return { width: rows[0]!.length, height: rows.length, channels: 1, data };
}

/** Decides on masks of any size. */
function decideOn(judge: Labeller, masks: Record<string, Mask>, area: Mask): LabelDecision {
  const defects = Object.entries(masks).map(([type, mask]) => ({ type, mask }));
  const image = { ...area, channels: 3 as const, data: new Uint8Array(area.data.length * 3) };
  return judge.decide({ id: 's1', defectTypes: Object.keys(masks) }, { images: { image, defects }, aoi: area });
}

describe('labels by parts and size', () => {
  // A part of 4 pixels inside the area and one of 6 outside.
  const rough = drawn('##......##', '##......##', '........##', '..........');
  const left = drawn('#####.....', '#####.....', '#####.....', '#####.....');

  it('judges each part that hangs together when asked to', async () => {
    expect(decideOn(await labeller(), { rough }, left)).toHaveProperty('skip');
    expect(decideOn(await labeller({ byGeometry: { each: 'part' } }), { rough }, left)).toMatchObject({
      label: 1,
      shareInside: 1,
      verdicts: [{ type: 'rough', side: 'inside', rule: 'geometry', shareInside: 1, area: 0.25 }],
    });
  });

  it('takes several areas as one', async () => {
    const both = drawn('##......##', '##......##', '##......##', '##......##');
    expect(decideOn(await labeller(), { rough }, both)).toMatchObject({ label: 1, shareInside: 1 });
  });

  it('leaves out what is too small', async () => {
    const judge = await labeller({ byGeometry: { each: 'part', minimumArea: 0.15 } });
    // 4 of 40 pixels do not count, 6 do.
    expect(decideOn(judge, { rough }, left)).toMatchObject({ label: 0, shareInside: 0 });
    const larger = await labeller({ byGeometry: { minimumArea: 0.3 } });
    expect(decideOn(larger, { rough }, left)).toEqual({
      label: 0,
      reason: "defect 'rough' covers 25% of the image, too little to count",
      verdicts: [{ type: 'rough', side: 'outside', rule: 'area', shareInside: null, area: 0.25 }],
    });
  });

  it('says how each defect was judged', async () => {
    const judge = await labeller({ byType: { stain: 'outside' } });
    expect(decideOn(judge, { stain: rough, dent: drawn('.##.......', '..........', '..........', '..........'), scratch: rough }, left)).toMatchObject({ label: 1, verdicts: [
        { type: 'stain', side: 'outside', rule: 'type', shareInside: null, area: null },
        { type: 'dent', side: 'inside', rule: 'geometry', shareInside: 1, area: 0.05 },
        { type: 'scratch', side: 'between', rule: 'geometry', shareInside: 0.4, area: 0.25 },
      ] }); // prettier-ignore
  });
});

describe('decisions on any masks', () => {
  const side = 8;
  const masks = fc.array(fc.boolean(), { minLength: side * side, maxLength: side * side }).map((bits): Mask => ({
    width: side,
    height: side,
    channels: 1,
    data: Uint8Array.from(bits, (bit) => (bit ? 255 : 0)),
  }));
  const blobs = fc
    .array(fc.tuple(fc.nat({ max: side - 1 }), fc.nat({ max: side - 1 }), fc.nat({ max: 2 })), { maxLength: 4 })
    .map((spots): Mask => {
      const data = new Uint8Array(side * side);
      for (const [x, y, size] of spots) {
        for (let dy = 0; dy <= size; dy++) {
          for (let dx = 0; dx <= size; dx++) if (x + dx < side && y + dy < side) data[(y + dy) * side + x + dx] = 255;
        }
      }
      return { width: side, height: side, channels: 1, data };
    });
  const geometries = fc.record({
    inside: fc.constantFrom(0.5, 0.75, 0.9, 1),
    outside: fc.constantFrom(0, 0.1, 0.4),
    between: fc.constantFrom('drop' as const, 'defective' as const, 'good' as const),
    each: fc.constantFrom('type' as const, 'part' as const),
    minimumArea: fc.constantFrom(0, 0.02, 0.1),
  });

  /** Parts by merging sets of pixels until none touch. */
  function partsOf({ width, data }: Mask): number[][] {
    let parts = [...data.entries()].flatMap(([pixel, value]) => (value === 0 ? [] : [[pixel]]));
    const touch = (a: number, b: number) =>
      Math.abs((a % width) - (b % width)) <= 1 && Math.abs(Math.floor(a / width) - Math.floor(b / width)) <= 1;
    for (let merged = true; merged;) {
      merged = false;
      for (const [i, part] of parts.entries()) {
        const other = parts.findIndex((one, j) => j > i && one.some((a) => part.some((b) => touch(a, b))));
        if (other < 0) continue;
        part.push(...parts[other]!);
        parts = parts.filter((_, j) => j !== other);
        merged = true;
        break;
      }
    }
    return parts;
  }

  it('are those of brute force, and the same at twice the size', async () => {
    await fc.assert(
      fc.asyncProperty(
        geometries,
        fc.array(fc.oneof(blobs, masks), { minLength: 1, maxLength: 3 }),
        fc.oneof(blobs, masks),
        async (byGeometry, list, area) => {
          const judge = await labeller({ byGeometry });
          const named = Object.fromEntries(list.map((mask, index) => [`t${index}`, mask]));
          const result = decideOn(judge, named, area);

          const parts = list.map((mask) => {
            const pixels = [...mask.data.keys()].filter((pixel) => mask.data[pixel] !== 0);
            return pixels.length === 0 ? [] : byGeometry.each === 'part' ? partsOf(mask) : [pixels];
          });
          const shares = parts
            .flat()
            .filter((pixels) => pixels.length / side ** 2 >= byGeometry.minimumArea)
            .map((pixels) => pixels.filter((pixel) => area.data[pixel] !== 0).length / pixels.length);
          const most = Math.max(-1, ...shares);
          const unseen = parts.some((one) => one.length === 0);
          const expected =
            most >= byGeometry.inside
              ? 1
              : unseen
                ? 'mask-missing'
                : most <= byGeometry.outside
                  ? 0
                  : { drop: 'between-thresholds', defective: 1, good: 0 }[byGeometry.between];
          expect('skip' in result ? result.skip.reason : result.label).toBe(expected);

          const twice = ({ data }: Mask): Mask => ({
            width: 2 * side,
            height: 2 * side,
            channels: 1,
            data: Uint8Array.from({ length: 4 * side * side }, (_, at) => {
              const [x, y] = [at % (2 * side), Math.floor(at / (2 * side))];
              return data[(y >> 1) * side + (x >> 1)]!;
            }),
          });
          const large = Object.fromEntries(Object.entries(named).map(([type, mask]) => [type, twice(mask)]));
          expect(decideOn(judge, large, twice(area))).toEqual(result);
        },
      ),
    );
  });
});
