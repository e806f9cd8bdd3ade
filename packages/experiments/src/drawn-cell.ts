/** Measures of seeds and test images that are drawn anew: every draw serves all arms and measures of a cell. */
import { bootstrapDraws, percentiles, type Bootstrapped } from '@foveate/statistics';
import type { FinishedRun } from './finished-run.js';
import { imageMeasures, type ImageMeasure, type TestImage } from './measures.js';

/** Draws of the bootstrap. */
const rounds = 1000;

/** Runs of one cell: of each seed those that are there, by arm. */
export type BySeed = readonly ReadonlyMap<string, FinishedRun>[];

/** Of each draw the mean over its seeds; null where the measure was not defined for one of them. */
type Draws = (number | null)[];

/** The runs of one data and model, their seeds and images drawn anew. */
export class DrawnCell {
  readonly #bySeed: BySeed;
  /** By seeds, then by measure and arm. */
  readonly #known = new Map<string, ReadonlyMap<string, Draws>>();

  constructor(bySeed: BySeed) {
    this.#bySeed = bySeed;
  }

  /**
   * The mean difference of two arms over seeds and images that are both drawn anew, images within label and group.
   * @param seeds places in the list of seeds, of those that both arms have
   * @returns null for measures that are not drawn anew, and without seeds
   */
  difference(
    [arm, baseline]: readonly [string, string],
    measure: string,
    seeds: readonly number[],
  ): Bootstrapped | null {
    if (seeds.length === 0) return null;
    const drawn = this.#drawn(seeds);
    const [of, other] = [drawn.get(nameOf(measure, arm)), drawn.get(nameOf(measure, baseline))];
    if (of === undefined || other === undefined) return null;
    return percentiles(of.map((a, round) => (a === null || other[round] == null ? null : a - other[round])));
  }

  #drawn(seeds: readonly number[]): ReadonlyMap<string, Draws> {
    const key = seeds.join();
    const known = this.#known.get(key) ?? drawnAnew(seeds.map((seed) => this.#bySeed[seed] ?? new Map()));
    this.#known.set(key, known);
    return known;
  }
}

const nameOf = (measure: string, arm: string) => `${measure} ${arm}`;

/** Every measure of every arm that has all of these seeds. */
function drawnAnew(bySeed: BySeed): ReadonlyMap<string, Draws> {
  const [first = new Map<string, FinishedRun>()] = bySeed;
  const arms = [...first.keys()].filter((arm) => bySeed.every((runs) => runs.has(arm)));
  const columns = imageMeasures
    .filter(({ isDrawnAnew, of }) => isDrawnAnew && of(first.get(arms[0] ?? '')?.images ?? []) !== null)
    .flatMap((measure) =>
      arms.map((arm) => ({
        name: nameOf(measure.key, arm),
        ofSeed: bySeed.map((runs) => ofDrawn(measure, runs.get(arm)?.images ?? [])),
        draws: [] as Draws,
      })),
    );
  const { tests, strata } = numbered(bySeed.map((runs) => runs.get(arms[0] ?? '')?.images ?? []));
  const numbers = tests.map((test) => [...test.keys()]);
  bootstrapDraws(numbers, strata, { seed: 1, rounds }, (drawn) => {
    const own = drawn.map(({ training, images }) => ({
      training,
      images: images.map((number) => tests[training]?.get(number) ?? 0),
    }));
    for (const { ofSeed, draws } of columns) {
      let sum: number | null = 0;
      for (const { training, images } of own) {
        const value: number | null = ofSeed[training]?.(images) ?? null;
        sum = value === null || sum === null ? null : sum + value;
      }
      draws.push(sum === null ? null : sum / own.length);
    }
  });
  return new Map(columns.map(({ name, draws }) => [name, draws]));
}

function ofDrawn(measure: ImageMeasure, images: readonly TestImage[]): (drawn: readonly number[]) => number | null {
  return measure.ofDrawn?.(images) ?? ((drawn) => measure.of(drawn.map((index) => images[index] as TestImage)));
}

/**
 * Numbers images over all seeds: those of one id that count alike, by label, group and flaws outside, are one image.
 * @returns of each seed the place of an image in its list by number, and the numbers of each stratum
 */
function numbered(bySeed: readonly (readonly TestImage[])[]) {
  const strata = new Map<string, Map<string, number>>();
  let count = 0;
  const tests = bySeed.map((images) => {
    const places = new Map<number, number>();
    for (const [place, { id, label, group, onlyOutside }] of images.entries()) {
      const key = `${group ?? String(label)} ${String(onlyOutside)}`;
      const members = strata.get(key) ?? new Map<string, number>();
      strata.set(key, members);
      const number = members.get(id) ?? count++;
      members.set(id, number);
      places.set(number, place);
    }
    return places;
  });
  return { tests, strata: [...strata.values()].map((members) => [...members.values()]) };
}
