/**
 * A procedural, seeded stand-in for MVTec AD's zipper: no files, no download. It does not read or imitate any pixel of
 * that data set; it draws what such photographs show. Every sample is a function of (seed, id) alone.
 */
import { definePlugin, random, type RandomStream, type Sample } from '@foveate/contracts';
import { z } from 'zod';
import { brokenTeeth } from './broken-teeth.js';
import { fabricBorder } from './fabric-border.js';
import { fabricInterior } from './fabric-interior.js';
import { drawMark, markOptions } from './mark.js';
import { markedIds, prescribedSplits, splitShares } from './prescribed.js';
import { render } from './render.js';
import { rough } from './rough.js';
import { drawScene, type Damage, type Scene } from './scene.js';
import { splitTeeth } from './split-teeth.js';
import { squeezedTeeth } from './squeezed-teeth.js';

const teethDamages = [brokenTeeth, splitTeeth, squeezedTeeth, rough] as const;
const clothDamages = [fabricBorder, fabricInterior] as const;

/** What the samples of each group show; `combined` is damage of the teeth and of the cloth. */
const groups: Readonly<Record<string, (draw: RandomStream) => readonly Damage[]>> = {
  good: () => [],
  ...Object.fromEntries([...teethDamages, ...clothDamages].map((damage) => [damage.type, () => [damage]])),
  combined: (draw) => [draw.pick(teethDamages), draw.pick(clothDamages)],
};

/** `total` divided into parts that differ by one at most, the first ones larger. */
function evenly(total: number, names: readonly string[]): [string, number][] {
  return names.map((name, index) => [name, Math.floor((total + names.length - 1 - index) / names.length)]);
}

/** What {@link Sample.ref} of a drawn zipper is. */
interface Drawing {
  readonly group: string;
  readonly marked: boolean;
}

function damagedScene(seed: number, id: string, damages: readonly Damage[], severity: number): Scene {
  const scene = drawScene(random(seed, 'synthetic-zipper', id, 'scene'));
  for (const damage of damages) {
    const draw = random(seed, 'synthetic-zipper', id, damage.type);
    // Photographs often show the same damage in two places.
    const places = draw.float() < 0.25 ? 2 : 1;
    for (let i = 0; i < places; i++) damage.apply(scene, draw, severity);
  }
  return scene;
}

const options = z.strictObject({
  good: z
    .int()
    .min(1)
    .max(50_000)
    .default(216)
    .describe('Number of samples whose teeth are sound, those with damaged cloth included.'),
  defective: z
    .int()
    .min(1)
    .max(50_000)
    .default(184)
    .describe('Number of samples with damaged teeth, spread evenly over the four kinds and `combined`.'),
  clothDefects: z
    .number()
    .min(0)
    .max(1)
    .default(0.4)
    .describe('Share of the `good` samples whose cloth is damaged (border or interior, half each).'),
  size: z.int().min(64).max(1024).default(224).describe('Width and height of the drawn images in pixels.'),
  severity: z
    .number()
    .min(0.3)
    .max(1.5)
    .default(1)
    .describe('How pronounced damages of the teeth are: 1 as in the photographs, less is harder.'),
  mark: markOptions
    .optional()
    .describe(
      'A sticker on the cloth beside the teeth that goes with the label in training and validation and says nothing in the test: a shortcut for networks that look there. The source then prescribes the split.',
    ),
  clothDefectsIn: z
    .enum(['all', 'test'])
    .default('all')
    .describe('Where damaged cloth is seen: in all splits, or in the test only, as surroundings that are new there.'),
  split: splitShares
    .optional()
    .describe(
      'Shares of a split that the source prescribes, in both classes alike; the rest is the test. Needed by `mark` and `clothDefectsIn: test`, which have it by default.',
    ),
  seed: z
    .int()
    .min(0)
    .optional()
    .describe(
      'Seed of the images; by default the seed of the run. Set it to train on the same images with other seeds.',
    ),
});

/**
 * Source of drawn zipper images, {@link options.size} pixels square. Ids are `zipper/<group>/<number>`; defect types
 * are those of MVTec AD, and a `combined` sample carries the two it is made of. Masks come with every sample: one per
 * defect type, and the coil as area of interest. Damages of the teeth lie inside it, damages of the cloth outside.
 */
export const syntheticZipper = definePlugin({
  meta: {
    kind: 'source',
    id: 'synthetic-zipper',
    contract: '^2',
    summary: 'Drawn images of zippers with damaged teeth or cloth, with masks; needs no files.',
  },
  options,
  register: (chosen, context) => {
    const { good, defective, clothDefects, size, severity, mark } = chosen;
    const seed = chosen.seed ?? context.seed;
    const damagedCloth = Math.round(good * clothDefects);
    const counts: [string, number][] = [
      ['good', good - damagedCloth],
      ...evenly(
        damagedCloth,
        clothDamages.map(({ type }) => type),
      ),
      ...evenly(defective, [...teethDamages.map(({ type }) => type), 'combined']),
    ];
    const drawn = counts.flatMap(([group, count]) =>
      Array.from({ length: count }, (_, index) => {
        const id = `zipper/${group}/${String(index).padStart(Math.max(3, String(count - 1).length), '0')}`;
        return { id, group, damages: damagesOf(seed, id, group) };
      }),
    );
    const splits = prescribedSplits(seed, drawn, chosen);
    const marked = mark === undefined ? undefined : markedIds(seed, drawn, splits, mark);
    const samples = drawn
      .map(({ id, group, damages }): Sample => {
        const place = splits?.get(id);
        const isMarked = marked?.has(id) ?? false;
        return {
          id,
          defectTypes: damages.map(({ type }) => type),
          ...(place === undefined ? {} : { split: place }),
          ...(marked === undefined ? {} : { attributes: { mark: isMarked ? 'yes' : 'no' } }),
          ref: { group, marked: isMarked } satisfies Drawing,
        };
      })
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return {
      async *scan() {
        for (const sample of samples) yield { sample };
      },
      load: ({ id, ref }) => {
        const { group, marked: isMarked } = ref as Drawing;
        const scene = damagedScene(seed, id, damagesOf(seed, id, group), severity);
        if (isMarked && mark !== undefined) {
          scene.overlays.push(drawMark(random(seed, 'synthetic-zipper', id, 'mark'), mark));
        }
        return Promise.resolve(render(scene, size));
      },
    };
  },
});

function damagesOf(seed: number, id: string, group: string): readonly Damage[] {
  return groups[group]?.(random(seed, 'synthetic-zipper', id, 'damages')) ?? [];
}
