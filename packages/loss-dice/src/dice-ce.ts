import { definePlugin, type MaskLoss } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const options = z
  .strictObject({
    dice: z.number().min(0).default(1).describe('Weight of the Dice loss.'),
    ce: z.number().min(0).default(1).describe('Weight of the cross-entropy.'),
    smooth: z
      .number()
      .positive()
      .default(1)
      .describe(
        'Pixels added to both sides of the Dice fraction; an area that is empty and found empty then costs nothing.',
      ),
  })
  .refine(({ dice, ce }) => dice + ce > 0, 'one of the weights has to be above 0');

/**
 * With p = sigmoid(logits), for sample i and area k over the pixels x: Dice_ik = (2 sum p t + smooth) / (sum p + sum t + smooth)
 * (Milletari et al. 2016, without squares) and CE_ik = mean of -t log p - (1 - t) log(1 - p). The loss of a sample is the mean
 * over its areas of dice (1 - Dice_ik) + ce CE_ik.
 */
function diceCeLoss({ dice, ce, smooth }: z.output<typeof options>): MaskLoss {
  return {
    compute: ({ logits, targets }) => {
      const p = tf.sigmoid(logits);
      const both = tf.sum(tf.mul(p, targets), [1, 2]);
      const sizes = tf.add(tf.sum(p, [1, 2]), tf.sum(targets, [1, 2]));
      const overlap = tf.div(tf.add(tf.mul(both, 2), smooth), tf.add(sizes, smooth));
      const distance: tf.Tensor1D = tf.mean(tf.sub(1, overlap), 1);
      // log(1 + exp(x)) - t x: finite for any logit.
      const crossEntropy: tf.Tensor1D = tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, targets)), [1, 2, 3]);
      const perSample = tf.add(tf.mul(distance, dice), tf.mul(crossEntropy, ce));
      return {
        loss: tf.mean(perSample),
        perSample,
        parts: { dice: tf.mean(distance), ce: tf.mean(crossEntropy) },
      };
    },
  };
}

/** The plugin `dice-ce` of losses over masks. */
export const diceCe = definePlugin({
  meta: {
    kind: 'mask-loss',
    id: 'dice-ce',
    contract: '^2',
    summary: 'Dice loss plus binary cross-entropy, for each area.',
  },
  options,
  register: diceCeLoss,
});
