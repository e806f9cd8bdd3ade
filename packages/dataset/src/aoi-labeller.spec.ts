import { describe, expect, it } from '@jest/globals';
import type { LabelDecision, Labeller, Mask, PluginContext, Sample, SampleImages } from '@foveate/contracts';
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
    expect(decide(await labeller(), { rough: defect(inside, outside) })).toEqual(expected);
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
