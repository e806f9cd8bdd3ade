/** From what a network says of itself to the IoU that is to be expected. */
import type { Augmentation, Engine, HostTensors } from '@foveate/contracts';
import { isotonicFit, type Knot } from '@foveate/statistics';
import { withPrefix } from '@foveate/tensor';
import { objectiveEvaluateProgram, type Objective } from '@foveate/trainer';
import { augmentedImage } from './augment-masks.js';
import { maskBatch, type MaskBatch } from './batches.js';
import { markedAreas, type MarkedArea } from './mask-validation.js';
import type { PreparedImage } from './training-image.js';

/** Far from all that was seen, no certainty means no overlap and full certainty full overlap. */
const ends = [
  { x: 0, y: 0 },
  { x: 1, y: 1 },
] as const;

/**
 * Confidence by certainty for each area: the rising function nearest to the IoUs seen, with the {@link ends} among them.
 * Values lie in [0, 1].
 * @param seen images that were held out
 * @param areas number of areas
 */
export function calibrated(seen: readonly MarkedArea[], areas: number): readonly (readonly Knot[])[] {
  return Array.from({ length: areas }, (_, wanted) => {
    const ofArea = seen.filter(({ area }) => area === wanted);
    return isotonicFit([...ends, ...ofArea.map(({ certainty, iou }) => ({ x: certainty, y: iou }))]);
  });
}

/** What an evaluation works with. */
export interface MaskEvaluation {
  readonly engine: Engine;
  readonly objective: Objective<MaskBatch>;
  /** Of the model, without prefix. */
  readonly variables: HostTensors;
  readonly batchSize: number;
}

/** A trained segmenter on images whose areas are known. */
export async function evaluateMasks(
  { engine, objective, variables, batchSize }: MaskEvaluation,
  images: readonly PreparedImage[],
): Promise<readonly MarkedArea[]> {
  const state = engine.createState(withPrefix('model', variables));
  const program = engine.compile(
    objectiveEvaluateProgram(objective, { frozen: 0, averages: false, thorough: true }),
    state,
    { constantState: true },
  );
  try {
    const marked: MarkedArea[] = [];
    for (let start = 0; start < images.length; start += batchSize) {
      const batch = maskBatch(images.slice(start, start + batchSize));
      marked.push(...markedAreas(batch, await program.run(objective.inputs(batch))));
    }
    return marked;
  } finally {
    program.dispose();
    state.dispose();
  }
}

/** Views of few images that a calibration takes at least. */
const views = 64;

/** Each image as it is and augmented anew: few images say little of how certainty and IoU go together, their views more. */
export async function viewsOf(
  images: readonly PreparedImage[],
  augmentations: readonly Augmentation[],
  seed: number,
): Promise<readonly PreparedImage[]> {
  const each = Math.ceil(views / images.length) - 1;
  const drawn = Array.from({ length: each }, (_, repetition) =>
    images.map(async (image) => ({
      ...image,
      ...(await augmentedImage(augmentations, image, { seed, purpose: 'calibrate', repetition })),
    })),
  );
  return [...images, ...(await Promise.all(drawn.flat()))];
}
