/** How good the heatmaps of several explainers are, on images that are defective. */
import { massInside, hottestFirst, overlapOfHottest, pointsInside, removalScores } from '@foveate/attribution';
import type { AssignedSample, AugmentedImages } from '@foveate/contracts';
import type { TaskContext } from '@foveate/contracts/task';
import { emptyMask, unionOf } from '@foveate/image';
import type { Predictor } from '@foveate/predict';
import type { AttributionFigure, AttributionRow } from '@foveate/report';
import type { SampleStore, Stored } from '@foveate/stages';
import { bootstrap, wilsonInterval } from '@foveate/statistics';
import { explainerOf, openExplaining } from '../run/open-predictor.js';
import type { TrainedRun } from '../run/trained-run.js';

/** Image and area of interest, as a predictor is given them. */
type SeenImage = Pick<AugmentedImages, 'image' | 'aoi'>;

/** What heatmaps are measured with. */
export interface AttributionParts {
  /** Ids of explainers. */
  readonly explainers: readonly string[];
  readonly samples: readonly Stored<AssignedSample>[];
  readonly store: SampleStore;
  /** The network of the run. */
  readonly predictor: Predictor;
}

/**
 * Measures the heatmaps of several explainers on the same images.
 * @throws FoveateError `PLUGIN_UNKNOWN`, and of the predictors
 */
export async function attributionRows(
  run: TrainedRun,
  { explainers, samples, store, predictor }: AttributionParts,
  { signal, progress }: TaskContext,
): Promise<readonly AttributionRow[]> {
  const rows: AttributionRow[] = [];
  let done = 0;
  for (const id of explainers) {
    const explaining = await openExplaining(run, await explainerOf(id, run.scope));
    run.scope.onClose(() => explaining.close());
    const score = async (seen: SeenImage) => (await predictor.predict(seen)).score;
    const measured = new Attribution(id, explaining, { score, seed: run.scope.seed });
    for (const one of samples) {
      signal.throwIfAborted();
      await measured.add(await store.prepare(one));
      progress('heatmaps measured', ++done, explainers.length * samples.length);
    }
    rows.push(measured.row());
  }
  return rows;
}

/** What is measured of each heatmap; null where it is not defined. */
interface Measured {
  readonly insideArea: number | null;
  readonly pointsAtArea: number | null;
  readonly pointsAtDefect: number | null;
  readonly overlapArea: number | null;
  readonly overlapDefect: number | null;
  readonly deletion: number | null;
  readonly insertion: number | null;
  readonly road: number | null;
}

/** Figures of one explainer, over images. */
class Attribution {
  readonly #explainer: string;
  readonly #predictor: Predictor;
  readonly #score: (seen: SeenImage) => Promise<number>;
  readonly #seed: number;
  readonly #measured: Measured[] = [];

  /** @param predictor gives heatmaps; `score` asks the same network */
  constructor(
    explainer: string,
    predictor: Predictor,
    { score, seed }: { readonly score: (seen: SeenImage) => Promise<number>; readonly seed: number },
  ) {
    this.#explainer = explainer;
    this.#predictor = predictor;
    this.#score = score;
    this.#seed = seed;
  }

  /** @param images at network size */
  async add({ image, aoi, defects }: AugmentedImages): Promise<void> {
    const heat = (await this.#predictor.predict({ image, aoi })).heatmap?.data;
    if (heat === undefined) throw new Error(`${this.#explainer} gives no heatmap.`);
    const hasHeat = heat.some((value) => value > 0);
    const defect = unionOf(emptyMask(image.width, image.height), ...defects.map(({ mask }) => mask));
    const hasDefect = defect.data.some((value) => value !== 0);
    const order = hottestFirst(heat, this.#seed);
    const number = (value: boolean | null) => (value === null ? null : Number(value));
    const removal = hasHeat
      ? await removalScores(image, heat, (changed) => this.#score({ image: changed, aoi }), { seed: this.#seed })
      : undefined;
    this.#measured.push({
      insideArea: massInside(heat, aoi),
      pointsAtArea: number(pointsInside(heat, aoi)),
      pointsAtDefect: hasDefect ? number(pointsInside(heat, defect)) : null,
      overlapArea: hasHeat ? overlapOfHottest(order, aoi) : null,
      overlapDefect: hasHeat ? overlapOfHottest(order, defect) : null,
      deletion: removal?.deletion ?? null,
      insertion: removal?.insertion ?? null,
      road: removal?.road ?? null,
    });
  }

  /** Means over the images that have a figure, with intervals over the images: of shares Wilson's, otherwise by bootstrap. */
  row(): AttributionRow {
    const of = (key: keyof Measured): AttributionFigure | null => {
      const values = this.#measured.map((one) => one[key]).filter((value) => value !== null);
      if (values.length === 0) return null;
      const mean = (images: readonly number[]) =>
        images.reduce((sum, at) => sum + (values[at] as number), 0) / images.length;
      const all = [...values.keys()];
      // A hit or none: few images that all hit would leave a bootstrap no doubt.
      if (key === 'pointsAtArea' || key === 'pointsAtDefect') {
        const hits = values.reduce<number>((sum, value) => sum + value, 0);
        return { mean: mean(all), interval: wilsonInterval(hits, values.length) };
      }
      const drawn = bootstrap(1, [all], (_, images) => mean(images), { seed: this.#seed });
      // Where few images all have the same figure, there is no spread to draw from.
      const isSpread = drawn !== null && drawn.interval.high > drawn.interval.low;
      return { mean: mean(all), ...(isSpread ? { interval: drawn.interval } : {}) };
    };
    return {
      explainer: this.#explainer,
      images: this.#measured.length,
      cold: this.#measured.filter(({ insideArea }) => insideArea === null).length,
      insideArea: of('insideArea'),
      pointsAtArea: of('pointsAtArea'),
      pointsAtDefect: of('pointsAtDefect'),
      overlapArea: of('overlapArea'),
      overlapDefect: of('overlapDefect'),
      deletion: of('deletion'),
      insertion: of('insertion'),
      road: of('road'),
    };
  }
}
