/** Adamax (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 2). */
import { definePlugin, type Optimizer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tensorNamed } from './variables.js';
import { slotLike, zeroSlot } from './slots.js';

const decay = z.number().min(0).lt(1);

const options = z.strictObject({
  learningRate: z.number().positive().default(0.002).describe('Step size.'),
  beta1: decay.default(0.9).describe('Decay of the mean gradient m.'),
  beta2: decay.default(0.999).describe('Decay of the largest gradient u.'),
  epsilon: z.number().positive().default(1e-7).describe('Added to u, against division by zero.'),
});

/**
 * With gradient g and step t, counted from 1:
 *
 *     m <- beta1 m + (1 - beta1) g
 *     u <- max(beta2 u, |g|)
 *     w <- w - learningRate / (1 - beta1^t) * m / (u + epsilon)
 *
 * Slots: `step` (scalar, t), `m/<variable>` and `u/<variable>`.
 * @throws ZodError when an option is out of range; those left out have the paper's values
 */
export function adamaxOptimizer(input: z.input<typeof options> = {}): Optimizer {
  const { learningRate, beta1, beta2, epsilon } = options.parse(input);
  return {
    slots: (trainable) => [
      zeroSlot('step', []),
      ...trainable.flatMap((variable) => [slotLike('m', variable), slotLike('u', variable)]),
    ],
    learningRate,
    update: ({ variables, gradients, slots, learningRates }) => {
      const step = tf.add(tensorNamed(slots, 'step'), 1);
      const correction = tf.sub(1, tf.pow(beta1, step));
      const nextVariables: Record<string, tf.Tensor> = {};
      const nextSlots: Record<string, tf.Tensor> = { step };
      for (const [name, variable] of Object.entries(variables)) {
        const gradient = tensorNamed(gradients, name);
        const m = tf.add(tf.mul(tensorNamed(slots, `m/${name}`), beta1), tf.mul(gradient, 1 - beta1));
        const u = tf.maximum(tf.mul(tensorNamed(slots, `u/${name}`), beta2), tf.abs(gradient));
        nextSlots[`m/${name}`] = m;
        nextSlots[`u/${name}`] = u;
        const rate = tf.div(tensorNamed(learningRates, name), correction);
        nextVariables[name] = tf.sub(variable, tf.mul(rate, tf.div(m, tf.add(u, epsilon))));
      }
      return { variables: nextVariables, slots: nextSlots };
    },
  };
}

/** The optimizer plugin `adamax`. */
export const adamax = definePlugin({
  meta: {
    kind: 'optimizer',
    id: 'adamax',
    contract: 1,
    summary: 'Adamax, the optimizer of the paper: Adam scaled by the largest recent gradient.',
  },
  options,
  register: (chosen) => adamaxOptimizer(chosen),
});
