import { definePlugin, type LossInputs } from '@foveate/contracts';
import { guidanceOptions, guidedImages, guidedLoss, type Guidance } from '@foveate/guidance';
import { crossEntropy, isDefective } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { disturbed } from './disturbed.js';
import { divergence } from './divergence.js';

const options = z.strictObject({
  ...guidanceOptions({ usual: 1, of: 'the divergence of the two predictions' }),
  images: guidedImages('all'),
  disturb: z
    .enum(['swap', 'blur', 'mean'])
    .default('swap')
    .describe(
      'What the outside is replaced by: that of another image of the batch, its wide average, its mean colour.',
    ),
  measure: z
    .enum(['js', 'logits'])
    .default('js')
    .describe('Jensen-Shannon divergence, at most log 2, or the squared difference of logit margins.'),
  teach: z
    .enum(['both', 'disturbed', 'batch'])
    .default('both')
    .describe('Images of the cross-entropy: the batch, the disturbed ones, or the mean over both.'),
});

/** Options of the loss, defaults filled in. */
export type ConsistencyOptions = z.output<typeof options>;

function measure(o: ConsistencyOptions, { images, aoi, labels, logits, forward }: LossInputs): Guidance {
  const changed = disturbed(images, aoi, o.disturb);
  // Images that are not guided stand twice as they are.
  const row = tf.reshape(isDefective(labels), [-1, 1, 1, 1]);
  const others = o.images === 'all' ? changed : tf.add(tf.mul(changed, row), tf.mul(images, tf.sub(1, row)));
  const other = forward(others as tf.Tensor4D).logits;
  const ceOf = (of: tf.Tensor2D): tf.Tensor1D => crossEntropy(of, labels, o.labelSmoothing);
  const ce = {
    batch: () => ceOf(logits),
    disturbed: () => ceOf(other),
    both: (): tf.Tensor1D => tf.mul(tf.add(ceOf(logits), ceOf(other)), 0.5),
  }[o.teach]();
  return { ce, guidance: divergence(logits, other, o.measure) };
}

/**
 * The loss plugin `consistency`: (1/N) sum_i CE_i + weight D(f(x_i), f(x'_i)), x'_i image i with another outside and D a
 * divergence of predictions.
 */
export const consistency = definePlugin({
  meta: {
    kind: 'loss',
    id: 'consistency',
    contract: '^2',
    summary: 'Cross-entropy plus how much predictions change when what lies outside the area of interest is disturbed.',
  },
  options,
  register: (o) =>
    guidedLoss(o, { name: 'divergence', uses: ['images', 'forward'], measure: (inputs) => measure(o, inputs) }),
});
