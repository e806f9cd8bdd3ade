import type { Raster } from '@foveate/contracts';
import { checkImage, checkOptions, checkReference } from './_checks.js';
import { CoarseSearch } from './coarse-search.js';
import { confidenceOf } from './confidence.js';
import { descend } from './descend.js';
import { factorsFor, pyramidOf } from './pyramid.js';
import { steppable } from './refine.js';
import { coarser, transformOf, type Transform } from './similarity.js';

/** How far to look, and what to believe. */
export interface RegistrationOptions {
  /** Degrees to either side, 0 to 180; default 15. Time grows with it: all ways round take ten times as long. */
  readonly angle?: number;
  /** Share by which the image may be larger, or the reference, 0 to 1; default 0.2. */
  readonly scale?: number;
  /** Confidence below which a registration is not accepted, 0 to 1; default 0.5. */
  readonly leastConfidence?: number;
}

/**
 * Why a registration was not accepted. `flat`: nothing is to be seen in the image; `unlike`: nowhere does it look like the
 * reference; `ambiguous`: in another place the reference fits nearly as well, as with patterns that repeat themselves.
 */
export type RefusalReason = 'flat' | 'unlike' | 'ambiguous';

/** Why, in words that go on after a colon. */
export const refusalTexts: Readonly<Record<RefusalReason, string>> = {
  flat: 'nothing is to be seen in it',
  unlike: 'it looks like the reference nowhere',
  ambiguous: 'the reference fits nearly as well in another place',
};

/** How a reference lies over an image. */
export interface Registration {
  /** The best that was found, accepted or not. */
  readonly transform: Transform;
  /** In [0, 1]: how far the best fit stands above all others. */
  readonly confidence: number;
  /** Correlation coefficient of the locally normalised images where they overlap, in [-1, 1]. */
  readonly correlation: number;
  /** Whether the confidence is high enough. */
  readonly accepted: boolean;
  /** Of a registration that is not accepted: why. */
  readonly reason?: RefusalReason;
}

/** Correlation below which it is said that the images are unlike, when a registration is refused. */
const alike = 0.35;
/** Standard deviation about local means, in grey levels, below which nothing is to be seen. */
const leastContrast = 0.5;
/** Starts that are refined at the coarsest level. */
const starts = 12;

/**
 * Prepares a reference once for many images.
 * @returns what registers an image with the reference; see {@link register}
 * @throws FoveateError `DATA_INVALID` when the reference is too small, too narrow (`registration-size`) or shows nothing
 *   (`registration-flat`), `CONFIG_INVALID` for options out of range
 */
export function registrar(reference: Raster, options: RegistrationOptions = {}): (image: Raster) => Registration {
  const { angle, scale, leastConfidence } = checkOptions({ angle: 15, scale: 0.2, leastConfidence: 0.5, ...options });
  checkImage(reference, 'reference');
  const factors = factorsFor(reference);
  const pyramid = pyramidOf(reference, factors);
  checkReference(pyramid.contrast, leastContrast);
  const levels = pyramid.levels.map(({ plane }) => steppable(plane));
  const finest = factors[0] as number;
  let search: CoarseSearch | undefined;
  return (image) => {
    checkImage(image, 'image', reference);
    const nowhere = { transform: { angle: 0, scale: 1, dx: 0, dy: 0 }, confidence: 0, correlation: 0, accepted: false };
    const seen = pyramidOf(image, factors);
    if (seen.contrast < leastContrast) return { ...nowhere, reason: 'flat' };
    const coarse = seen.coarsest;
    if (search?.fits(coarse) !== true) search = new CoarseSearch(pyramid.coarsest, coarse, { angle, scale });
    const found = descend(levels, seen, search.find(coarse, starts));
    if (found === undefined) return { ...nowhere, reason: 'unlike' };
    const { similarity, correlation } = found.best;
    const confidence = confidenceOf(correlation, found.rival?.correlation ?? 0);
    const transform = transformOf(coarser(similarity, 1 / finest), reference, image);
    const accepted = confidence >= leastConfidence;
    if (accepted) return { transform, confidence, correlation, accepted };
    return { transform, confidence, correlation, accepted, reason: correlation < alike ? 'unlike' : 'ambiguous' };
  };
}

/**
 * Finds how a reference lies over an image: shifted, turned and scaled. The same input gives the same result on every run.
 * Scale is counted in pixels: images of other resolutions are resized to that of the reference first.
 * @throws FoveateError as {@link registrar} does; `DATA_INVALID` (`registration-size`) also for an image that is too small
 *   or more than twice or less than half as wide or high as the reference
 */
export function register(reference: Raster, image: Raster, options: RegistrationOptions = {}): Registration {
  return registrar(reference, options)(image);
}
