/** Adamax (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 2). */
import { definePlugin, type Optimizer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tensorNamed } from '@foveate/tensor';
import { decayRate, optimizerOf, weightDecayOptions, withL2 } from './update-rule.js';

const options = z.strictObject({
  learningRate: z.number().positive().default(0.002).describe('Step size.'),
  beta1: decayRate.default(0.9).describe('Decay of the mean gradient m.'),
  beta2: decayRate.default(0.999).describe('Decay of the largest gradient u.'),
  epsilon: z.number().positive().default(1e-7).describe('Added to u, against division by zero.'),
  ...weightDecayOptions,
});

/**
 * With gradient g (of the loss plus weightDecay/2 |w|^2) and step t of the variable, counted from 1:
 *
 *     m <- beta1 m + (1 - beta1) g
 *     u <- max(beta2 u, |g|)
 *     w <- w - learningRate / (1 - beta1^t) * m / (u + epsilon)
 *
 * Slots: `step/<variable>` (scalar, t), `m/<variable>` and `u/<variable>`.
 * @throws ZodError when an option is out of range; those left out have the paper's values
 */
export function adamaxOptimizer(input: z.input<typeof options> = {}): Optimizer {
  const { learningRate, beta1, beta2, epsilon, ...decay } = options.parse(input);
  return optimizerOf({
    learningRate,
    slots: { step: 'scalar', m: 'like', u: 'like' },
    step: ({ variable, gradient, slots, rate }) => {
      const g = withL2({ variable, gradient }, decay);
      const step = tf.add(tensorNamed(slots, 'step'), 1);
      const m = tf.add(tf.mul(tensorNamed(slots, 'm'), beta1), tf.mul(g, 1 - beta1));
      const u = tf.maximum(tf.mul(tensorNamed(slots, 'u'), beta2), tf.abs(g));
      const corrected = tf.div(rate, tf.sub(1, tf.pow(beta1, step)));
      return {
        variable: tf.sub(variable, tf.mul(corrected, tf.div(m, tf.add(u, epsilon)))),
        slots: { step, m, u },
      };
    },
  });
}

/** The optimizer plugin `adamax`. */
export const adamax = definePlugin({
  meta: {
    kind: 'optimizer',
    id: 'adamax',
    contract: '^2',
    summary: 'Adamax, the optimizer of the paper: Adam scaled by the largest recent gradient.',
  },
  options,
  register: (chosen) => adamaxOptimizer(chosen),
});
