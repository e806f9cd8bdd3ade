/** Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979) 1-26. */
import { random } from '@foveate/contracts';
import type { Interval } from './wilson.js';

/** How often, and with which chance. */
export interface BootstrapOptions {
  /** Default 0.95. */
  readonly level?: number;
  /** Sets that are drawn; default 2000. */
  readonly rounds?: number;
  /** Where the random numbers start. */
  readonly seed: number;
}

/** What was drawn, in order of size, and the interval in its middle. */
export interface Bootstrapped {
  readonly interval: Interval;
  /** Two-sided chance of a value on the other side of zero, from 1 / rounds up: for a statistic that is a difference. */
  readonly p: number;
  /** Draws for which the statistic was defined. */
  readonly rounds: number;
}

/**
 * Percentile interval of any statistic of paired arms. Drawn anew are the seeds, of each all arms together, and the images, of
 * each all arms and seeds together and of each stratum as many as there were: what several trainings on one test set say of other
 * seeds and of other images at once.
 * @param seeds number of trainings of each arm
 * @param strata members of each stratum by number, the labels for instance: good ones and defective ones
 * @param statistic of some seeds and images, each maybe several times; null where it is not defined
 * @returns null when the statistic was defined in fewer than half of the draws
 * @throws RangeError without seeds or images, or for a level outside (0, 1)
 */
export function bootstrap(
  seeds: number,
  strata: readonly (readonly number[])[],
  statistic: (seeds: readonly number[], images: readonly number[]) => number | null,
  { level = 0.95, rounds = 2000, seed }: BootstrapOptions,
): Bootstrapped | null {
  const images = strata.flat();
  const values: (number | null)[] = [];
  bootstrapDraws(Array<readonly number[]>(Math.max(0, seeds)).fill(images), strata, { rounds, seed }, (drawn) =>
    values.push(
      statistic(
        drawn.map(({ training }) => training),
        drawn[0]?.images ?? [],
      ),
    ),
  );
  return percentiles(values, level);
}

/** A training that was drawn, and the images that were drawn of its test. */
export interface DrawnTraining {
  readonly training: number;
  /** Numbers, each maybe several times. */
  readonly images: readonly number[];
}

/**
 * The draws of a bootstrap over trainings and test images: trainings are drawn anew, and images within their strata. An image that
 * several trainings were tested on is drawn for all of them alike, so that its luck does not seem to average out over the trainings;
 * with repeated splits each training takes of the images drawn those of its own test. {@link percentiles} makes intervals of what
 * statistics were in each draw, of as many statistics as are wanted.
 * @param tests of each training the images it was tested on, by number
 * @param strata images of each stratum
 * @param visit is told of each draw, in the same order for the same seed
 * @throws RangeError without trainings, or for a training without images
 */
export function bootstrapDraws(
  tests: readonly (readonly number[])[],
  strata: readonly (readonly number[])[],
  { rounds = 2000, seed }: Omit<BootstrapOptions, 'level'>,
  visit: (drawn: readonly DrawnTraining[]) => void,
): void {
  if (tests.length === 0 || tests.some((images) => images.length === 0))
    throw new RangeError('There is nothing to draw from.');
  const tested = tests.map((images) => new Set(images));
  const all = [...tests.keys()];
  for (let round = 0; round < rounds; round++) {
    const draw = drawOf(seed, round);
    const chosen = draw(all);
    const drawn = strata.flatMap(draw);
    visit(chosen.map((training) => ({ training, images: drawn.filter((image) => tested[training]?.has(image)) })));
  }
}

/** As many of some numbers, each maybe several times. */
type Draw = (from: readonly number[]) => readonly number[];

function drawOf(seed: number, round: number): Draw {
  const stream = random(seed, 'bootstrap', round);
  return (from) => from.map(() => stream.pick(from));
}

/**
 * The percentile interval of what a statistic was in each draw; null where it was not defined.
 * @returns null when it was defined in fewer than half of the draws
 * @throws RangeError for a level outside (0, 1), without draws, or for a value that is not finite
 */
export function percentiles(draws: readonly (number | null)[], level = 0.95): Bootstrapped | null {
  if (!(level > 0 && level < 1))
    throw new RangeError(`A confidence level between 0 and 1 is needed, not ${String(level)}.`);
  if (draws.length === 0) throw new RangeError('There are no draws.');
  const values = draws.filter((value) => value !== null);
  if (!values.every(Number.isFinite)) throw new RangeError('The statistic is not finite for some draws.');
  if (values.length < draws.length / 2) return null;
  values.sort((a, b) => a - b);
  const at = (share: number) => quantile(values, share);
  const above = values.filter((value) => value >= 0).length;
  const below = values.filter((value) => value <= 0).length;
  const p = Math.min(1, Math.max(2 * Math.min(above, below), 1) / values.length);
  return { interval: { low: at((1 - level) / 2), high: at((1 + level) / 2) }, p, rounds: values.length };
}

/** Linear between the order statistics. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] as number;
  const high = sorted[Math.ceil(place)] as number;
  return low + (high - low) * (place - Math.floor(place));
}
