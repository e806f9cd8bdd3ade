/** Adam (Kingma and Ba 2015, algorithm 1) and AdamW (Loshchilov and Hutter, "Decoupled weight decay", 2019, algorithm 2). */
import { definePlugin, type Optimizer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tensorNamed } from '@foveate/tensor';
import { decayOf, decayRate, optimizerOf, weightDecayOptions, withL2 } from './update-rule.js';

const options = z.strictObject({
  learningRate: z.number().positive().default(0.001).describe('Step size.'),
  beta1: decayRate.default(0.9).describe('Decay of the mean gradient m.'),
  beta2: decayRate.default(0.999).describe('Decay of the mean squared gradient v.'),
  epsilon: z.number().positive().default(1e-8).describe('Added to the root of v, against division by zero.'),
  ...weightDecayOptions,
});

const decoupledOptions = options.extend({
  weightDecay: weightDecayOptions.weightDecay.default(0.01),
});

/**
 * With gradient g and step t of the variable, counted from 1:
 *
 *     m <- beta1 m + (1 - beta1) g
 *     v <- beta2 v + (1 - beta2) g^2
 *     w <- w - learningRate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * Adam takes g of the loss plus weightDecay/2 |w|^2; AdamW leaves g alone and multiplies w by 1 - learningRate *
 * weightDecay first. Slots: `step/<variable>` (scalar, t), `m/<variable>` and `v/<variable>`.
 */
function adamRule(
  { learningRate, beta1, beta2, epsilon, ...decay }: z.output<typeof options>,
  kind: 'l2' | 'decoupled',
): Optimizer {
  return optimizerOf({
    learningRate,
    slots: { step: 'scalar', m: 'like', v: 'like' },
    step: ({ variable, gradient, slots, rate }) => {
      const g = kind === 'l2' ? withL2({ variable, gradient }, decay) : gradient;
      const step = tf.add(tensorNamed(slots, 'step'), 1);
      const m = tf.add(tf.mul(tensorNamed(slots, 'm'), beta1), tf.mul(g, 1 - beta1));
      const v = tf.add(tf.mul(tensorNamed(slots, 'v'), beta2), tf.mul(tf.square(g), 1 - beta2));
      const spread = tf.add(tf.sqrt(tf.div(v, tf.sub(1, tf.pow(beta2, step)))), epsilon);
      const corrected = tf.div(rate, tf.sub(1, tf.pow(beta1, step)));
      const shrink = kind === 'decoupled' ? decayOf(variable, decay) : 0;
      const start = shrink === 0 ? variable : tf.mul(variable, tf.sub(1, tf.mul(rate, shrink)));
      return { variable: tf.sub(start, tf.mul(corrected, tf.div(m, spread))), slots: { step, m, v } };
    },
  });
}

/** @throws ZodError when an option is out of range; those left out have the paper's values */
export function adamOptimizer(input: z.input<typeof options> = {}): Optimizer {
  return adamRule(options.parse(input), 'l2');
}

/** @throws ZodError when an option is out of range; `weightDecay` is 0.01 when left out */
export function adamwOptimizer(input: z.input<typeof decoupledOptions> = {}): Optimizer {
  return adamRule(decoupledOptions.parse(input), 'decoupled');
}

/** The optimizer plugin `adam`. */
export const adam = definePlugin({
  meta: {
    kind: 'optimizer',
    id: 'adam',
    contract: '^2',
    summary: 'Adam: each weight has a step size by the mean square of its recent gradients.',
  },
  options,
  register: (chosen) => adamOptimizer(chosen),
});

/** The optimizer plugin `adamw`. */
export const adamw = definePlugin({
  meta: {
    kind: 'optimizer',
    id: 'adamw',
    contract: '^2',
    summary: 'Adam with decoupled weight decay: the pull towards zero is not rescaled by the gradients.',
  },
  options: decoupledOptions,
  register: (chosen) => adamwOptimizer(chosen),
});
