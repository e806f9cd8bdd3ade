/** Stochastic gradient descent with momentum. */
import { definePlugin, type Optimizer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { slotLike } from './slots.js';
import { tensorNamed } from './variables.js';

const options = z.strictObject({
  learningRate: z.number().positive().default(0.01).describe('Step size.'),
  momentum: z.number().min(0).lt(1).default(0).describe('Share of the last step that is taken again.'),
});

/**
 * With gradient g:
 *
 *     v <- momentum v - learningRate g
 *     w <- w + v
 *
 * Slots: `v/<variable>`, none without momentum. The rule does not depend on the step, so it keeps no step count.
 * @throws ZodError when an option is out of range
 */
export function sgdOptimizer(input: z.input<typeof options> = {}): Optimizer {
  const { learningRate, momentum } = options.parse(input);
  return {
    slots: (trainable) => (momentum === 0 ? [] : trainable.map((variable) => slotLike('v', variable))),
    learningRate,
    update: ({ variables, gradients, slots, learningRates }) => {
      const nextVariables: Record<string, tf.Tensor> = {};
      const nextSlots: Record<string, tf.Tensor> = {};
      for (const [name, variable] of Object.entries(variables)) {
        const descent = tf.neg(tf.mul(tensorNamed(gradients, name), tensorNamed(learningRates, name)));
        if (momentum === 0) {
          nextVariables[name] = tf.add(variable, descent);
          continue;
        }
        const velocity = tf.add(tf.mul(tensorNamed(slots, `v/${name}`), momentum), descent);
        nextSlots[`v/${name}`] = velocity;
        nextVariables[name] = tf.add(variable, velocity);
      }
      return { variables: nextVariables, slots: nextSlots };
    },
  };
}

/** The optimizer plugin `sgd`. */
export const sgd = definePlugin({
  meta: { kind: 'optimizer', id: 'sgd', contract: 1, summary: 'Stochastic gradient descent with momentum.' },
  options,
  register: (chosen) => sgdOptimizer(chosen),
});
