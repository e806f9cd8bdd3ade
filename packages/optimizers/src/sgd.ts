/** Stochastic gradient descent with momentum. */
import { definePlugin, type Optimizer } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tensorNamed } from '@foveate/tensor';
import { decayRate, optimizerOf, weightDecayOptions, withL2 } from './update-rule.js';

const options = z
  .strictObject({
    learningRate: z.number().positive().default(0.01).describe('Step size.'),
    momentum: decayRate.default(0).describe('Share of the gathered gradient v that is kept.'),
    nesterov: z.boolean().default(false).describe('Look one step of momentum ahead (Nesterov).'),
    ...weightDecayOptions,
  })
  .refine(({ nesterov, momentum }) => !nesterov || momentum > 0, {
    path: ['nesterov'],
    message: 'needs a momentum above 0',
  });

/**
 * With gradient g (of the loss plus weightDecay/2 |w|^2):
 *
 *     v <- momentum v + g
 *     w <- w - learningRate * v                    (Nesterov: g + momentum v in place of v)
 *
 * Slots: `v/<variable>`, none without momentum.
 * @throws ZodError when an option is out of range
 */
export function sgdOptimizer(input: z.input<typeof options> = {}): Optimizer {
  const { learningRate, momentum, nesterov, ...decay } = options.parse(input);
  return optimizerOf({
    learningRate,
    slots: momentum === 0 ? {} : { v: 'like' },
    step: ({ variable, gradient, slots, rate }) => {
      const g = withL2({ variable, gradient }, decay);
      if (momentum === 0) return { variable: tf.sub(variable, tf.mul(g, rate)), slots: {} };
      const v = tf.add(tf.mul(tensorNamed(slots, 'v'), momentum), g);
      const direction = nesterov ? tf.add(g, tf.mul(v, momentum)) : v;
      return { variable: tf.sub(variable, tf.mul(direction, rate)), slots: { v } };
    },
  });
}

/** The optimizer plugin `sgd`. */
export const sgd = definePlugin({
  meta: {
    kind: 'optimizer',
    id: 'sgd',
    contract: '^2',
    summary: 'Stochastic gradient descent with momentum, if wanted that of Nesterov.',
  },
  options,
  register: (chosen) => sgdOptimizer(chosen),
});
