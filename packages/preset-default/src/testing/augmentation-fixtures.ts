/** A good augmentation and a good metric, and the same broken in one way each. */
import {
  definePlugin,
  type Augmentation,
  type AugmentedImages,
  type Metric,
  type Prediction,
} from '@foveate/contracts';
import { z } from 'zod';
import type { Case } from './data-fixtures.js';

const meta = <K extends string>(kind: K) => ({ kind, id: 'fixture', contract: '^2', summary: 'A fixture.' });
let calls = 0;

/** Brightens by what was drawn. */
function brighten(
  { image, ...masks }: AugmentedImages,
  by: number,
  data: Uint8Array = new Uint8Array(image.data.length),
) {
  image.data.forEach((value, i) => (data[i] = Math.min(255, value + by)));
  return { image: { ...image, data }, ...masks };
}

function augmentation(changes: Partial<Augmentation<{ by: number }>> = {}) {
  return definePlugin({
    meta: meta('augmentation'),
    options: z.strictObject({}),
    register: (): Augmentation<{ by: number }> => ({
      effect: 'photometric',
      draw: (random) => (random.float() < 0.5 ? { by: random.integer(40) } : undefined),
      apply: (input, { by }, { memory }) => brighten(input, by, memory?.(input.image.data.length)),
      ...changes,
    }),
  });
}

/** Augmentations. */
export const augmentations: readonly Case<ReturnType<typeof augmentation>>[] = [
  ['a good one', augmentation(), undefined],
  ['one of an unknown effect', augmentation({ effect: 'other' as 'content' }), 'Its effect is none of'],
  ['one that draws by itself', augmentation({ draw: () => ({ by: calls++ }) }), 'draw different parameters'],
  [
    'one that draws what is no JSON',
    augmentation({ draw: () => ({ by: 1, when: new Uint8Array(2) }) }),
    'not plain JSON',
  ],
  ['one that never draws', augmentation({ draw: () => undefined }), 'never draws anything'],
  [
    'one that changes its input',
    augmentation({ apply: (input) => (input.image.data.fill(0), input) }),
    'changes its input',
  ],
  ['one that crops the image', augmentation({ apply: (input) => ({ ...input, image: { ...input.image, width: 31 } }) }), 'The image of its result is 31x24'], // prettier-ignore
  ['one with soft masks', augmentation({ effect: 'geometric', apply: (input) => ({ ...input, aoi: { ...input.aoi, data: input.aoi.data.map((value) => value / 2) } }) }), 'area of interest of its result has values other'], // prettier-ignore
  ['one that moves masks and says it does not', augmentation({ apply: (input) => ({ ...input, defects: [] }) }), 'says that it is photometric'], // prettier-ignore
  ['one that is another every time', augmentation({ apply: (input) => brighten(input, calls++ % 7) }), 'another result the second time'], // prettier-ignore
  ['one that trusts used memory', augmentation({ apply: (input, _, { memory }) => { const data = memory?.(input.image.data.length) ?? input.image.data.slice(); data[0] = 1; return { ...input, image: { ...input.image, data } }; } }), 'what lay in the memory'], // prettier-ignore
  ['one that throws', augmentation({ apply: () => { throw new Error('no'); } }), 'It throws: no'], // prettier-ignore
];

const mean = (of: readonly Prediction[]) => of.reduce((sum, { score }) => sum + score, 0) / of.length;

function metric(measure: Metric['measure'], options: z.ZodType = z.strictObject({}), summary = 'A fixture.') {
  return definePlugin({ meta: { ...meta('metric'), summary }, options, register: () => ({ measure }) });
}
const good = (of: Parameters<Metric['measure']>[0]) => ({ meanScore: of.length === 0 ? null : mean(of) });

/** Metrics, and what all plugins must be. */
export const metrics: readonly Case<ReturnType<typeof metric>>[] = [
  ['a good one', metric(good), undefined],
  ['one with options that are described', metric(good, z.strictObject({ by: z.number().default(1).describe('By.') })), undefined], // prettier-ignore
  ['one without a summary', metric(good, z.strictObject({}), ' '), 'has no summary'],
  ['one that takes any option', metric(good, z.object({})), 'accept a key that they do not know'],
  ['one whose option is not described', metric(good, z.strictObject({ by: z.number().default(1) })), "option 'by' has no description"], // prettier-ignore
  ['one with a key in snake case', metric((of) => ({ mean_score: good(of).meanScore })), 'not in camelCase'],
  ['one that divides by nothing', metric((of) => ({ meanScore: mean(of) })), 'neither a finite number nor null'],
  ['one with other keys for nothing', metric((of) => (of.length === 0 ? { nothing: 0 } : good(of))), "A key of no predictions is not there otherwise"], // prettier-ignore
  ['one that needs both classes', metric((of) => { if (of.every(({ label }) => label === 0)) throw new Error('one class'); return good(of); }), 'It throws for predictions of one class'], // prettier-ignore
  ['one that counts calls', metric(() => ({ calls: calls++ })), 'differently the second time'],
  ['one that looks at the order', metric((of) => ({ first: of[0]?.score ?? null })), 'depends on the order'],
];
