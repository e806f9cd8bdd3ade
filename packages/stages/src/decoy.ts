/**
 * Decoy: marks beside the area of interest that go with the label in training and validation and not in the test. A network
 * that looks at them does well until then: a shortcut of known strength, in anybody's images.
 */
import { classNames, defineStage, random, shuffledById, splitNames } from '@foveate/contracts';
import type { AssignedSample, Decoy, SplitName } from '@foveate/contracts';
import { placeBeside } from '@foveate/image';
import { concatMap, type OperatorFunction } from 'rxjs';
import { z } from 'zod';
import { batchesOf, evaluationBatches } from './data/batches.js';
import { scopeOf, type RunScope } from './run-scope.js';
import { dataSet, type DataSet } from './split.js';

const share = z.number().min(0).max(1);
const byte = z.int().min(0).max(255);
const rates = z
  .strictObject({ good: share, defective: share })
  .optional()
  .describe('Share of the good and of the defective images that have the mark.');

const options = z.strictObject({
  strength: share
    .default(0.95)
    .describe(
      'How well the mark goes with the label in training and validation: this share of the defective images has it, and one minus this share of the good ones.',
    ),
  rate: z
    .strictObject(Object.fromEntries(splitNames.map((name) => [name, rates])) as Record<SplitName, typeof rates>)
    .default({})
    .describe(
      'Shares of a split in place of those of `strength`; in the test half of either label unless it says more.',
    ),
  shape: z.enum(['disc', 'square', 'diamond']).default('disc').describe('Outline of the mark.'),
  size: z
    .number()
    .gt(0)
    .max(0.5)
    .default(0.12)
    .describe('Width of the mark, as a share of the shorter side of the image.'),
  colour: z.tuple([byte, byte, byte]).default([224, 176, 32]).describe('Red, green and blue of the mark.'),
  softness: share.default(0.2).describe('Width of its soft edge, as a share of the way from edge to centre.'),
  gap: share.default(0.02).describe('Least distance from the area of interest, as a share of the shorter side.'),
});

/** Options of the stage, defaults filled in. */
export type DecoyOptions = z.output<typeof options>;

/**
 * Gives samples their decoys, of each split and label exactly the share that is asked for, and all samples the attribute
 * `decoy`, `yes` or `no`, so that the worst group is told. Which samples, and where the marks lie, depends on the seed, ids and
 * areas alone. Samples without room beside their area go without, which is warned of.
 */
export function addDecoys(run: RunScope, o: DecoyOptions): OperatorFunction<DataSet, DataSet> {
  return (sets) =>
    sets.pipe(
      concatMap(async (data) => {
        const chosen = chosenOf(data.samples, o, run.seed);
        const decoys = await placed(
          data.stored.filter(({ sample }) => chosen.has(sample.id)),
          o,
          run,
        );
        warnOfCrowded(chosen.size - decoys.size, chosen.size, run);
        const stored = data.stored.map((one) => ({ ...one, sample: marked(one.sample, decoys.get(one.sample.id)) }));
        return dataSet(stored, data);
      }),
    );
}

/** Decoys by id of sample, for those that have room beside their area. */
async function placed(
  stored: DataSet['stored'],
  { gap, shape, size, colour, softness }: DecoyOptions,
  run: RunScope,
): Promise<ReadonlyMap<string, Decoy>> {
  const decoys = new Map<string, Decoy>();
  const feed = batchesOf({ stored }, run);
  for (const name of splitNames) {
    for await (const { ids, aoi, height, width } of evaluationBatches(feed, name)) {
      run.signal.throwIfAborted();
      for (const [index, id] of ids.entries()) {
        const inside = aoi.subarray(index * height * width, (index + 1) * height * width);
        const data = Uint8Array.from(inside, (value) => 255 * value);
        const chance = random(run.seed, 'decoy', id);
        const centre = placeBeside({ width, height, channels: 1, data }, { shape, size, gap }, chance);
        if (centre !== undefined) decoys.set(id, { shape, centre, size, colour, softness });
      }
    }
  }
  return decoys;
}

function chosenOf(samples: readonly AssignedSample[], o: DecoyOptions, seed: number): ReadonlySet<string> {
  const ids = splitNames.flatMap((name) => {
    const usual = name === 'test' ? { good: 0.5, defective: 0.5 } : { good: 1 - o.strength, defective: o.strength };
    const wanted = o.rate[name] ?? usual;
    return ([0, 1] as const).flatMap((label) => {
      const members = samples.filter((sample) => sample.split === name && sample.label === label);
      const count = Math.round(wanted[classNames[label]] * members.length);
      return shuffledById(random(seed, 'decoy'), members).slice(0, count);
    });
  });
  return new Set(ids.map(({ id }) => id));
}

function marked(sample: AssignedSample, decoy: Decoy | undefined): AssignedSample {
  const attributes = { ...sample.attributes, decoy: decoy === undefined ? 'no' : 'yes' };
  return { ...sample, attributes, ...(decoy === undefined ? {} : { decoy }) };
}

function warnOfCrowded(crowded: number, chosen: number, run: Pick<RunScope, 'emit'>): void {
  if (crowded === 0) return;
  const message = `The stage 'decoy' found no room beside the area of interest in ${String(crowded)} of ${String(chosen)} images, which go without: make the mark smaller, or its gap.`;
  run.emit({ type: 'warning', message });
}

/** Draws marks beside the area of interest. */
export const decoyStage = defineStage({
  meta: {
    kind: 'stage',
    id: 'decoy',
    contract: '^2',
    summary: 'Draws marks beside the area of interest that go with the label in training and not in the test.',
  },
  takes: 'data-set',
  gives: 'data-set',
  options,
  register: (chosen, { run }) => addDecoys(scopeOf(run), chosen),
});
