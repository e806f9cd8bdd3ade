import { definePlugin, type Loss, type LossInputs } from '@foveate/contracts';
import { crossEntropy, isDefective } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { disturbed } from './disturbed.js';
import { divergence } from './divergence.js';

const options = z.strictObject({
  weight: z.number().min(0).default(1).describe('Weight of the divergence of the two predictions.'),
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
  images: z.enum(['all', 'defective']).default('all').describe('Which images are disturbed: all, or defective ones.'),
  teach: z
    .enum(['both', 'disturbed', 'batch'])
    .default('both')
    .describe('Images of the cross-entropy: the batch, the disturbed ones, or the mean over both.'),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Share of the cross-entropy target that is spread evenly over all classes; 0 is none.'),
});

/** Options of the loss, defaults filled in. */
export type ConsistencyOptions = z.output<typeof options>;

function consistencyLoss(o: ConsistencyOptions): Loss {
  const compute = ({ images, aoi, labels, logits, forward }: LossInputs): ReturnType<Loss['compute']> => {
    const guided: tf.Tensor1D = o.images === 'all' ? tf.ones([images.shape[0]]) : isDefective(labels);
    const row = tf.reshape(guided, [-1, 1, 1, 1]);
    const changed = disturbed(images, aoi, o.disturb);
    const other = forward(tf.add(tf.mul(changed, row), tf.mul(images, tf.sub(1, row)))).logits;
    const ceOf = (of: tf.Tensor2D): tf.Tensor1D => crossEntropy(of, labels, o.labelSmoothing);
    const ce = {
      batch: () => ceOf(logits),
      disturbed: () => ceOf(other),
      both: (): tf.Tensor1D => tf.mul(tf.add(ceOf(logits), ceOf(other)), 0.5),
    }[o.teach]();
    const change: tf.Tensor1D = tf.mul(guided, divergence(logits, other, o.measure));
    const perSample: tf.Tensor1D = tf.add(ce, tf.mul(change, o.weight));
    return { loss: tf.mean(perSample), perSample, parts: { ce: tf.mean(ce), divergence: tf.mean(change) } };
  };
  return { uses: ['images', 'aoi', 'forward'], compute };
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
  register: consistencyLoss,
});
