/** The way of candidates from the coarsest level to the finest. */
import { distinct, type Candidate } from './coarse-search.js';
import type { Level, Pyramid } from './pyramid.js';
import { refined, type Refined, type Steppable } from './refine.js';
import { rivalShifts } from './rivals.js';
import { coarser, type Similarity } from './similarity.js';

/** What was found at the finest level looked at. */
export interface Descent {
  readonly best: Refined;
  /** The best of what is another place; undefined where nothing else fits at all. */
  readonly rival: Refined | undefined;
}

/** A refined candidate; its score is its correlation, less where the overlap is small. */
interface Fit extends Refined, Candidate {}

/** Steps at the coarsest level, below it, and for rivals. */
const steps = { coarsest: 6, below: 6, rivals: 4 };
/** Candidates that go on from a level, by how many levels lie above it. */
const kept = [6, 3, 2];
/** Candidates that fit this much worse than the best are given up below the coarsest two levels. */
const hopeless = 0.75;
/** Pixels of a level within which two fits are one. */
const separation = 3;
/** Pixels of a level that are looked at, about: at the finest level and before. */
const enough = { finest: 16_000, before: 4000 };

/**
 * Refines candidates level by level and keeps the best.
 * @param reference levels of the reference, finest first
 * @param start candidates of the coarsest level
 */
export function descend(
  reference: readonly Steppable[],
  image: Pyramid,
  start: readonly Candidate[],
): Descent | undefined {
  const last = image.levels.length - 1;
  const finest = image.levels[0]?.factor ?? 1;
  let fits = refineAll(start, reference[last] as Steppable, image.levels[last] as Level, steps.coarsest, finest);
  let rival: Fit | undefined;
  for (let number = last; number >= 0; number--) {
    const level = image.levels[number] as Level;
    const steppable = reference[number] as Steppable;
    const above = image.levels[number + 1];
    if (above !== undefined) {
      const ratio = level.factor / above.factor;
      const going = fits.slice(0, kept[last - number - 1] ?? 1).map(({ similarity }) => coarser(similarity, ratio));
      fits = refineAll(
        going.map((similarity) => ({ similarity })),
        steppable,
        level,
        steps.below,
        finest,
      );
    }
    const [first] = fits;
    if (first === undefined) return undefined;
    if (number === Math.max(0, last - 1)) {
      const shifts = rivalShifts(steppable.plane, level.plane, first.similarity, 4);
      fits = merged([...fits, ...refineAll(shifts, steppable, level, steps.rivals, finest)], steppable);
    }
    fits = merged(fits, steppable);
    rival = fits[1] ?? rival;
    const least = hopeless * (fits[0]?.score ?? 0);
    if (number < last) fits = fits.filter(({ score }) => score >= least);
  }
  const [best] = fits;
  return best === undefined ? undefined : { best, rival };
}

function merged(fits: readonly Fit[], { plane }: Steppable): Fit[] {
  const sorted = [...fits].sort((one, other) => other.score - one.score);
  return [...distinct(sorted, sorted.length, separation, plane)];
}

function refineAll(
  starts: readonly { readonly similarity: Similarity }[],
  reference: Steppable,
  { plane, factor }: Level,
  most: number,
  finest: number,
): Fit[] {
  const pixels = factor === finest ? enough.finest : enough.before;
  const stride = Math.max(1, Math.floor(Math.sqrt((plane.width * plane.height) / pixels)));
  const fits = starts.flatMap(({ similarity }): Fit[] => {
    const fit = refined(reference, plane, similarity, most, stride);
    return fit === undefined ? [] : [{ ...fit, score: fit.correlation * Math.sqrt(Math.min(1, fit.overlap)) }];
  });
  return merged(fits, reference);
}
