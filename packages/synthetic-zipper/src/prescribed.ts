/** What the source settles beforehand: which split a sample is in, and whether it has the mark. */
import { random, shuffledById, type SplitName } from '@foveate/contracts';
import { z } from 'zod';
import type { MarkOptions } from './mark.js';
import type { Damage } from './scene.js';

/** A sample before it is drawn. */
export interface Drawn {
  readonly id: string;
  readonly damages: readonly Damage[];
}

/** Options of a split that the source prescribes. */
export const splitShares = z
  .strictObject({
    train: z.number().gt(0).lt(1).default(0.25).describe('Share of the images to train on.'),
    validation: z.number().gt(0).lt(1).default(0.1).describe('Share of the images to choose the epoch by.'),
  })
  .refine(({ train, validation }) => train + validation < 1, {
    path: ['validation'],
    message: 'Nothing is left for the test: train and validation together must be less than 1',
  });

interface SplitWishes {
  readonly mark?: MarkOptions | undefined;
  readonly clothDefectsIn: 'all' | 'test';
  readonly split?: z.output<typeof splitShares> | undefined;
}

const isDefective = ({ damages }: Drawn): boolean => damages.some(({ place }) => place === 'teeth');

/** The splits by id, where the source prescribes them: of each label the same shares, exactly. */
export function prescribedSplits(
  seed: number,
  drawn: readonly Drawn[],
  { mark, clothDefectsIn, split: shares }: SplitWishes,
): ReadonlyMap<string, SplitName> | undefined {
  if (mark === undefined && clothDefectsIn === 'all' && shares === undefined) return undefined;
  const { train, validation } = shares ?? splitShares.parse({});
  const isNew = ({ damages }: Drawn) => clothDefectsIn === 'test' && damages.some(({ place }) => place === 'cloth');
  const ofLabel = [false, true].flatMap((label) => {
    const known = drawn.filter((one) => isDefective(one) === label && !isNew(one));
    const upTo = [train, train + validation].map((share) => Math.round(share * known.length));
    return shuffledById(random(seed, 'synthetic-zipper', 'split'), known).map(({ id }, index): [string, SplitName] => [
      id,
      index < (upTo[0] as number) ? 'train' : index < (upTo[1] as number) ? 'validation' : 'test',
    ]);
  });
  return new Map([...drawn.filter(isNew).map(({ id }): [string, SplitName] => [id, 'test']), ...ofLabel]);
}

/** Who gets the mark: of each split and label the share that is asked for, exactly. */
export function markedIds(
  seed: number,
  drawn: readonly Drawn[],
  splits: ReadonlyMap<string, SplitName> | undefined,
  { good, defective, test }: MarkOptions,
): ReadonlySet<string> {
  const ids = (['train', 'validation', 'test'] as const).flatMap((place) =>
    [false, true].flatMap((label) => {
      const members = drawn.filter((one) => isDefective(one) === label && splits?.get(one.id) === place);
      const share = place === 'test' ? test : label ? defective : good;
      return shuffledById(random(seed, 'synthetic-zipper', 'marked'), members).slice(
        0,
        Math.round(share * members.length),
      );
    }),
  );
  return new Set(ids.map(({ id }) => id));
}
