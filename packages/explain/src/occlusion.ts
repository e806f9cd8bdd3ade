import { definePlugin, type Explainer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { baseline, baselineOf } from './baseline.js';
import { scoreOf } from './score.js';

const options = z.strictObject({
  steps: z
    .int()
    .min(2)
    .default(7)
    .describe('Places of the patch along each side of the image. The network runs once for each of steps x steps.'),
  size: z
    .number()
    .gt(0)
    .max(1)
    .default(0.25)
    .describe('Side of the patch as a share of the side of the image; 1 / steps covers each pixel once.'),
  baseline,
});

/** Options of the explainer, defaults filled in. */
export type OcclusionOptions = z.output<typeof options>;

/**
 * Occlusion (Zeiler and Fergus 2014): a patch is moved over the image, and the heatmap [N, steps, steps] says by how much
 * the score falls with the patch there: ReLU(S(X) - S(X covered)).
 */
function occlusionExplainer({ steps, size, baseline: kind }: OcclusionOptions): Explainer {
  return {
    uses: ['images', 'forward'],
    differentiable: true,
    heatmap: ({ images, logits, forward }, target) => {
      const [, height, width] = images.shape;
      const colour = baselineOf(images, kind);
      const score = scoreOf(logits, target);
      const places = Array.from({ length: steps }, (_, place) => place);
      const drops = places.flatMap((row) =>
        places.map((column) => {
          const down = tf.reshape(covered(height, row, { steps, size }), [1, height, 1, 1]);
          const patch = tf.mul(down, tf.reshape(covered(width, column, { steps, size }), [1, 1, width, 1]));
          const hidden = tf.add<tf.Tensor4D>(images, tf.mul(tf.sub(colour, images), patch));
          return tf.sub(score, scoreOf(forward(hidden).logits, target));
        }),
      );
      return tf.relu(tf.reshape(tf.stack(drops, 1), [-1, steps, steps]));
    },
  };
}

/** 1 for the pixels of a side that the patch covers at one of its places, else 0; at least one pixel is. */
function covered(
  length: number,
  place: number,
  { steps, size }: Pick<OcclusionOptions, 'steps' | 'size'>,
): tf.Tensor1D {
  const centre = ((place + 0.5) / steps) * length;
  const half = Math.max(size * length, 1) / 2;
  return tf.tensor1d(
    Array.from({ length }, (_, pixel) => Number(pixel + 0.5 >= centre - half && pixel + 0.5 < centre + half)),
  );
}

/** The explainer plugin `occlusion`. */
export const occlusion = definePlugin({
  meta: {
    kind: 'explainer',
    id: 'occlusion',
    contract: '^2',
    summary: 'Occlusion: what covering a patch takes from the score.',
  },
  options,
  register: occlusionExplainer,
});
