/**
 * Labels from defects and the area of interest. A sample is defective when at least one of its defects counts as inside
 * the area, and good when all of them count as outside. Each defect type is judged on its own, by name or else by the
 * share of its mask inside the area: were the masks of one image judged as a whole, a large flaw on the cloth would
 * outvote a small one on the teeth. Shares do not depend on the resolution, so that the label can be decided again on
 * images of another size.
 */
import {
  definePlugin,
  fail,
  type DefectVerdict,
  type LabelDecision,
  type Labeller,
  type Mask,
  type SampleImages,
} from '@foveate/contracts';
import { z } from 'zod';
import { folded } from './_type-names.js';
import { defectParts } from './_defect-parts.js';

const geometrySchema = z
  .strictObject({
    inside: z.number().gt(0).max(1).default(0.9).describe('A defect with at least this share in the area is inside.'),
    outside: z.number().min(0).lt(1).default(0.1).describe('A defect with at most this share in the area is outside.'),
    between: z
      .enum(['drop', 'defective', 'good'])
      .default('drop')
      .describe('What becomes of samples whose most inside defect lies between the two.'),
    each: z
      .enum(['type', 'part'])
      .default('type')
      .describe('What is judged: the whole mask of a type, or each of its parts that hang together, on its own.'),
    minimumArea: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('Defects, or parts, that cover less than this share of the image do not count.'),
  })
  .refine(({ inside, outside }) => outside < inside, "'outside' must be less than 'inside'");

type Geometry = z.infer<typeof geometrySchema>;
type Side = 'inside' | 'outside';
type Pixels = { readonly images: SampleImages; readonly aoi: Mask } | undefined;

/** Labels by defect type and by the share of each defect inside the area of interest. */
export const aoiLabeller = definePlugin({
  meta: { kind: 'labeller', id: 'aoi', contract: '^2', summary: 'Only defects inside the area of interest count.' },
  options: z.strictObject({
    byType: z
      .record(z.string(), z.enum(['inside', 'outside']))
      .default({})
      .describe(
        'Defect types that count as inside or outside wherever they are, capitals aside; their masks are not looked at.',
      ),
    byGeometry: z
      .union([z.boolean(), geometrySchema])
      .default(true)
      .describe('Judge other types by their masks; with false they all count as inside.'),
  }),
  register: ({ byType, byGeometry }) => labelByAoi(sidesByType(byType), geometryOf(byGeometry)),
});

/** @throws FoveateError `CONFIG_INVALID` for two spellings of a type that are on different sides */
function sidesByType(byType: Readonly<Record<string, Side>>): ReadonlyMap<string, Side> {
  const sides = new Map<string, Side>();
  for (const [type, side] of Object.entries(byType)) {
    const other = sides.get(folded(type)) ?? side;
    if (other !== side) {
      throw fail({
        code: 'CONFIG_INVALID',
        what: 'A defect type counts both as inside and as outside',
        where: 'label.byType',
        got: `'${type}', which is there in another spelling`,
        advice: 'Keep one of the two lines: capitals do not matter',
      });
    }
    sides.set(folded(type), side);
  }
  return sides;
}

function geometryOf(option: boolean | Geometry): Geometry | undefined {
  if (option === false) return undefined;
  return option === true ? geometrySchema.parse({}) : option;
}

function labelByAoi(byType: ReadonlyMap<string, Side>, geometry: Geometry | undefined): Labeller {
  const sideOf = (type: string): Side | undefined =>
    byType.get(folded(type)) ?? (geometry === undefined ? 'inside' : undefined);

  return {
    needsPixels: ({ defectTypes }) => {
      const sides = defectTypes.map(sideOf);
      return !sides.includes('inside') && sides.includes(undefined);
    },
    decide: ({ id, defectTypes }, pixels) => {
      if (defectTypes.length === 0) return { label: 0, reason: 'no defect' };
      const verdicts = defectTypes.map((type): DefectVerdict => {
        const side = sideOf(type);
        if (side !== undefined) return { type, side, rule: 'type', shareInside: null, area: null };
        return geometry === undefined ? unknown(type) : judge(type, pixels, geometry);
      });
      return decided(id, verdicts, geometry);
    },
  };
}

function unknown(type: string): DefectVerdict {
  return { type, side: 'unknown', rule: null, shareInside: null, area: null };
}

/** Where a defect lies, by its part that is most inside. */
function judge(type: string, pixels: Pixels, { inside, outside, each, minimumArea }: Geometry): DefectVerdict {
  const mask = pixels?.images.defects.find((defect) => defect.type === type)?.mask;
  const parts = mask === undefined || pixels === undefined ? [] : defectParts(mask, pixels.aoi, each);
  if (mask === undefined || parts.length === 0) return unknown(type);
  const size = mask.width * mask.height;
  const area = parts.reduce((sum, part) => sum + part.area, 0) / size;
  const shares = parts.filter((part) => part.area / size >= minimumArea).map((part) => part.inside / part.area);
  if (shares.length === 0) return { type, side: 'outside', rule: 'area', shareInside: null, area };
  const shareInside = Math.max(...shares);
  const side = shareInside >= inside ? 'inside' : shareInside <= outside ? 'outside' : 'between';
  return { type, side, rule: 'geometry', shareInside, area };
}

/** One defect inside settles the label, whatever is not known of others; otherwise one of unknown place could be inside. */
function decided(id: string, verdicts: readonly DefectVerdict[], geometry: Geometry | undefined): LabelDecision {
  const byName = verdicts.filter(({ rule, side }) => rule === 'type' && side === 'inside');
  if (byName.length > 0) {
    return { label: 1, reason: `${named(byName)} counts as inside the area of interest`, verdicts };
  }
  const measured = verdicts.filter(({ rule }) => rule === 'geometry');
  const [most] = measured.toSorted((a, b) => (b.shareInside ?? 0) - (a.shareInside ?? 0));
  const missing = verdicts.find(({ side }) => side === 'unknown');
  if (missing !== undefined && most?.side !== 'inside') {
    const message = `'${missing.type}' has no mask, so that its place is not known. Set label: { id: aoi, byGeometry: false } to count every defect, wherever it is`;
    return { skip: { path: id, reason: 'mask-missing', message } };
  }
  if (most === undefined) return { label: 0, reason: reasonWithoutPlace(verdicts), verdicts };

  const shareInside = most.shareInside ?? 0;
  const place = `defect '${most.type}' lies ${percent(shareInside)} inside the area of interest`;
  if (most.side === 'inside') return { label: 1, reason: place, shareInside, verdicts };
  if (most.side === 'outside' || geometry === undefined) return { label: 0, reason: place, shareInside, verdicts };
  const { inside, outside, between } = geometry;
  const limits = `between ${percent(outside)} and ${percent(inside)}`;
  if (between === 'drop') {
    return { skip: { path: id, reason: 'between-thresholds', message: `The ${place}, ${limits}` } };
  }
  const reason = `${place}, ${limits}, kept as ${between}`;
  return { label: between === 'defective' ? 1 : 0, reason, shareInside, verdicts };
}

/** Why a sample is good whose defects are all named as outside, or too small. */
function reasonWithoutPlace(verdicts: readonly DefectVerdict[]): string {
  const small = verdicts.find(({ rule }) => rule === 'area');
  if (small === undefined) return `${named(verdicts)} counts as outside the area of interest`;
  return `defect '${small.type}' covers ${(100 * (small.area ?? 0)).toPrecision(2)}% of the image, too little to count`;
}

function named(verdicts: readonly DefectVerdict[]): string {
  const types = verdicts.map(({ type }) => `'${type}'`).join(', ');
  return `${verdicts.length === 1 ? 'defect type' : 'each of the defect types'} ${types}`;
}

/** Whole per cent, but never 0% or 100% for what is not quite so. */
function percent(share: number): string {
  const value = 100 * share;
  const rounded = Math.round(value);
  const misleading = rounded !== value && (rounded === 0 || rounded === 100);
  return `${misleading ? value.toFixed(1) : String(rounded)}%`;
}
