/** Options that guiding losses share, one schema for each. */
import type { BuiltPlugin } from '@foveate/contracts';
import { z } from 'zod';

/** Which images are guided. */
export type GuidedImages = 'defective' | 'all';

/**
 * Weight of guidance beside cross-entropy.
 * @param usual default, a constant
 * @param of what is weighted
 */
function weightOption(usual: number, of: string) {
  const value = z.number().min(0);
  const schedule = z.strictObject({
    value: value.describe('Weight once it has grown.'),
    warmUp: z.number().gt(0).max(1).describe('Share of the training over which it grows from 0, in a straight line.'),
  });
  return z.union([value, schedule]).default(usual).describe(`Weight of ${of}; { value, warmUp } lets it grow.`);
}

/** Label smoothing of the cross-entropy. */
export const labelSmoothing = z
  .number()
  .min(0)
  .lt(1)
  .default(0)
  .describe('Share of the cross-entropy target that is spread evenly over all classes; 0 is none.');

/** Which class a heatmap explains. @param usual default */
export const heatmapTarget = (usual: 'defective' | 'label') =>
  z
    .enum(['defective', 'label'])
    .default(usual)
    .describe("Class the heatmap explains: always the defective class, or the image's own label.");

/** What makes the heatmap that is guided; its plugin says `slots: { explainer: 'explainer' }`. */
export const guidedExplainer = (z.unknown() as z.ZodType<BuiltPlugin<'explainer'>>)
  .prefault({ id: 'grad-cam', alpha: 'exact' })
  .describe('What makes the heatmap: an explainer that is differentiable.');

/** Which images are guided. @param usual default */
export const guidedImages = (usual: GuidedImages) =>
  z.enum(['defective', 'all']).default(usual).describe('Which images are guided: the defective ones, or all.');

/** Options of every guiding loss. @param weight its default and what it weighs */
export const guidanceOptions = (weight: { readonly usual: number; readonly of: string }) => ({
  weight: weightOption(weight.usual, weight.of),
  // Left out of a configuration where nobody asked for it, so that older runs can be gone on with.
  balance: z
    .literal('gradient-norm')
    .optional()
    .describe(
      "What the weight is relative to: with gradient-norm the gradient of guidance is scaled to that share of cross-entropy's; left out, the weight is taken as it is.",
    ),
  labelSmoothing,
});

/** Options of a loss that guides heatmaps. @param weight its default and what it weighs */
export const heatmapGuidanceOptions = (weight: { readonly usual: number; readonly of: string }) => ({
  ...guidanceOptions(weight),
  target: heatmapTarget('defective'),
  images: guidedImages('defective'),
  explainer: guidedExplainer,
});

/** Checked {@link guidanceOptions}. */
export type GuidanceOptions = z.output<z.ZodObject<ReturnType<typeof guidanceOptions>>>;

/** Checked {@link heatmapGuidanceOptions}. */
export type HeatmapGuidanceOptions = z.output<z.ZodObject<ReturnType<typeof heatmapGuidanceOptions>>>;
