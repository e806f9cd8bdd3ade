/** How good the heatmaps of several explainers are, on images that are defective. */
import { massInside, hottestFirst, overlapOfHottest, pointsInside, removalScores } from '@foveate/attribution';
import type { AugmentedImages } from '@foveate/contracts';
import { emptyMask, unionOf } from '@foveate/image';
import type { Predictor } from '@foveate/predict';
import type { AttributionFigure, AttributionRow } from '@foveate/report';
import { bootstrap } from '@foveate/statistics';

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
export class Attribution {
  readonly #explainer: string;
  readonly #predictor: Predictor;
  readonly #score: (image: AugmentedImages['image']) => Promise<number>;
  readonly #seed: number;
  readonly #measured: Measured[] = [];

  /** @param predictor gives heatmaps; `score` asks the same network, which may be faster without them */
  constructor(
    explainer: string,
    predictor: Predictor,
    { score, seed }: { readonly score: (image: AugmentedImages['image']) => Promise<number>; readonly seed: number },
  ) {
    this.#explainer = explainer;
    this.#predictor = predictor;
    this.#score = score;
    this.#seed = seed;
  }

  /** @param images at network size */
  async add({ image, aoi, defects }: AugmentedImages): Promise<void> {
    const heat = (await this.#predictor.predict({ image })).heatmap?.data;
    if (heat === undefined) throw new Error(`${this.#explainer} gives no heatmap.`);
    const hasHeat = heat.some((value) => value > 0);
    const defect = unionOf(emptyMask(image.width, image.height), ...defects.map(({ mask }) => mask));
    const hasDefect = defect.data.some((value) => value !== 0);
    const order = hottestFirst(heat, this.#seed);
    const number = (value: boolean | null) => (value === null ? null : Number(value));
    const removal = hasHeat ? await removalScores(image, heat, this.#score, { seed: this.#seed }) : undefined;
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

  /** Means over the images that have a figure, with bootstrap intervals over the images. */
  row(): AttributionRow {
    const of = (key: keyof Measured): AttributionFigure | null => {
      const values = this.#measured.map((one) => one[key]).filter((value) => value !== null);
      if (values.length === 0) return null;
      const mean = (images: readonly number[]) =>
        images.reduce((sum, at) => sum + (values[at] as number), 0) / images.length;
      const all = [...values.keys()];
      const drawn = bootstrap(1, [all], (_, images) => mean(images), { seed: this.#seed });
      return { mean: mean(all), ...(drawn === null ? {} : { interval: drawn.interval }) };
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
