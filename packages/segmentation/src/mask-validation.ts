/** A segmenter's figures on the images held out. */
import type { HostTensors } from '@foveate/contracts';
import { assertFinite, valuesOf, type ValidationTally } from '@foveate/trainer';
import type { MaskBatch } from './batches.js';

/** How well one area of one image was marked. */
export interface MarkedArea {
  readonly id: string;
  /** Number of the area. */
  readonly area: number;
  /** Of marked and true area; 1 where both are empty. */
  readonly iou: number;
  /** As the network says, in (0, 1]. */
  readonly certainty: number;
}

/** What the outputs of an evaluation say of each area of each image. */
export function markedAreas({ ids }: MaskBatch, outputs: HostTensors): readonly MarkedArea[] {
  const [both, either, certainty] = ['both', 'either', 'certainty'].map((name) => valuesOf(outputs, name));
  const areas = (both?.length ?? 0) / ids.length;
  return ids.flatMap((id, row) =>
    Array.from({ length: areas }, (_, area): MarkedArea => {
      const at = row * areas + area;
      const pixels = either?.[at] ?? 0;
      return { id, area, iou: pixels === 0 ? 1 : (both?.[at] ?? 0) / pixels, certainty: certainty?.[at] ?? 0 };
    }),
  );
}

/** Mean of numbers; 0 for none. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Means over images and areas: `iou`, and `areaIou` by name. Accuracy is the share of pixels on the right side. */
export class MaskValidation implements ValidationTally<MaskBatch> {
  readonly #epoch: number;
  readonly #areas: readonly string[];
  readonly #since = performance.now();
  readonly #marked: MarkedArea[] = [];
  #samples = 0;
  #loss = 0;
  #right = 0;

  constructor(epoch: number, areas: readonly string[]) {
    this.#epoch = epoch;
    this.#areas = areas;
  }

  get samples(): number {
    return this.#samples;
  }

  add(batch: MaskBatch, outputs: HostTensors): void {
    const perSample = valuesOf(outputs, 'perSample');
    const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);
    assertFinite({
      where: `epoch ${String(this.#epoch)}, validation`,
      ids: batch.ids,
      loss: sum(perSample),
      perSample,
    });
    this.#samples += batch.ids.length;
    this.#loss += sum(perSample);
    this.#right += sum(valuesOf(outputs, 'right'));
    this.#marked.push(...markedAreas(batch, outputs));
  }

  result(): ReturnType<ValidationTally['result']> {
    const iouOf = (wanted?: number): number =>
      mean(this.#marked.filter(({ area }) => wanted === undefined || area === wanted).map(({ iou }) => iou));
    return {
      loss: this.#loss / this.#samples,
      accuracy: this.#right / this.#samples,
      metrics: { iou: iouOf(), areaIou: Object.fromEntries(this.#areas.map((name, index) => [name, iouOf(index)])) },
      seconds: (performance.now() - this.#since) / 1000,
    };
  }
}
