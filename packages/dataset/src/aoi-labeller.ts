/**
 * Labels from defects and the area of interest. A sample is defective when at least one of its defects counts as inside
 * the area, and good when all of them count as outside. Each defect type is judged on its own, by name or else by the
 * share of its mask inside the area: were the masks of one image judged as a whole, a large flaw on the cloth would
 * outvote a small one on the teeth.
 */
import {
  definePlugin,
  type LabelDecision,
  type Labeller,
  type Mask,
  type Sample,
  type SampleImages,
} from '@foveate/contracts';
import { z } from 'zod';
import { shareInside } from './share-inside.js';

const geometrySchema = z
  .strictObject({
    inside: z.number().gt(0).max(1).default(0.9).describe('A defect with at least this share in the area is inside.'),
    outside: z.number().min(0).lt(1).default(0.1).describe('A defect with at most this share in the area is outside.'),
    between: z
      .enum(['drop', 'defective', 'good'])
      .default('drop')
      .describe('What becomes of samples whose most inside defect lies between the two.'),
  })
  .refine(({ inside, outside }) => outside < inside, "'outside' must be less than 'inside'");

type Geometry = z.infer<typeof geometrySchema>;
type Side = 'inside' | 'outside';

/** Labels by defect type and by the share of each defect inside the area of interest. */
export const aoiLabeller = definePlugin({
  meta: { kind: 'labeller', id: 'aoi', contract: 1, summary: 'Only defects inside the area of interest count.' },
  options: z.strictObject({
    byType: z
      .record(z.string(), z.enum(['inside', 'outside']))
      .default({})
      .describe('Defect types that count as inside or outside wherever they are; their masks are not looked at.'),
    byGeometry: z
      .union([z.boolean(), geometrySchema])
      .default(true)
      .describe('Judge other types by their masks; with false they all count as inside.'),
  }),
  register: ({ byType, byGeometry }) => labelByAoi(new Map(Object.entries(byType)), geometryOf(byGeometry)),
});

function geometryOf(option: boolean | Geometry): Geometry | undefined {
  if (option === false) return undefined;
  return option === true ? { inside: 0.9, outside: 0.1, between: 'drop' } : option;
}

function labelByAoi(byType: ReadonlyMap<string, Side>, geometry: Geometry | undefined): Labeller {
  const sideOf = (type: string): Side | undefined =>
    byType.get(type) ?? (geometry === undefined ? 'inside' : undefined);

  return {
    needsPixels: ({ defectTypes }) => {
      const sides = defectTypes.map(sideOf);
      return !sides.includes('inside') && sides.includes(undefined);
    },
    decide: (sample, pixels) => {
      if (sample.defectTypes.length === 0) return { label: 0, reason: 'no defect' };
      const inside = sample.defectTypes.filter((type) => sideOf(type) === 'inside');
      if (inside.length > 0) return { label: 1, reason: `${named(inside)} counts as inside the area of interest` };
      const open = sample.defectTypes.filter((type) => sideOf(type) === undefined);
      if (open.length === 0 || geometry === undefined) {
        return { label: 0, reason: `${named(sample.defectTypes)} counts as outside the area of interest` };
      }
      return byShare(sample, open, geometry, pixels);
    },
  };
}

function byShare(
  sample: Sample,
  types: readonly string[],
  { inside, outside, between }: Geometry,
  pixels: { readonly images: SampleImages; readonly aoi: Mask } | undefined,
): LabelDecision {
  let decisive: { readonly type: string; readonly share: number } | undefined;
  let missing: string | undefined;
  for (const type of types) {
    const mask = pixels?.images.defects.find((defect) => defect.type === type)?.mask;
    const share = mask === undefined || pixels === undefined ? undefined : shareInside(mask, pixels.aoi);
    if (share === undefined) missing ??= type;
    else if (decisive === undefined || share > decisive.share) decisive = { type, share };
  }
  // A defect that is surely inside settles the label; otherwise one of unknown place could still be inside.
  if (missing !== undefined && (decisive === undefined || decisive.share < inside)) {
    const message = `'${missing}' has no mask, so that its place is not known`;
    return { skip: { path: sample.id, reason: 'mask-missing', message } };
  }
  if (decisive === undefined) return { label: 0, reason: 'no defect' };

  const { type, share } = decisive;
  const place = `defect '${type}' lies ${percent(share)} inside the area of interest`;
  if (share >= inside) return { label: 1, reason: place, shareInside: share };
  if (share <= outside) return { label: 0, reason: place, shareInside: share };
  const limits = `between ${percent(outside)} and ${percent(inside)}`;
  if (between === 'drop') {
    return { skip: { path: sample.id, reason: 'between-thresholds', message: `The ${place}, ${limits}` } };
  }
  return {
    label: between === 'defective' ? 1 : 0,
    reason: `${place}, ${limits}, kept as ${between}`,
    shareInside: share,
  };
}

function named(types: readonly string[]): string {
  return `${types.length === 1 ? 'defect type' : 'each of the defect types'} ${types.map((type) => `'${type}'`).join(', ')}`;
}

/** Whole per cent, but never 0% or 100% for what is not quite so. */
function percent(share: number): string {
  const value = 100 * share;
  const rounded = Math.round(value);
  const misleading = rounded !== value && (rounded === 0 || rounded === 100);
  return `${misleading ? value.toFixed(1) : String(rounded)}%`;
}
