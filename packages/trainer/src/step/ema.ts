/** Exponential moving average of the weights (Polyak and Juditsky 1992): what is validated and saved as best. */
import { tensorNamed } from '@foveate/tensor';
import type { NamedTensors } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Options of the moving average. */
export const emaOptions = z
  .strictObject({
    decay: z.number().min(0).lt(1).default(0.999).describe('Share of the old average kept by an update.'),
  })
  .describe('Average the weights over the updates, and validate, save as best and test the average.');

/** Share kept by an update when `updates` were done before: less at first, so that the start is soon forgotten. */
export function emaDecay(decay: number, updates: number): number {
  return Math.min(decay, (1 + updates) / (10 + updates));
}

/** The averages after an update: decay * average + (1 - decay) * value, for each of `values`. */
export function averaged(values: NamedTensors, averages: NamedTensors, decay: tf.Tensor): NamedTensors {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const average = tensorNamed(averages, name);
      // In this form the average of a constant is that constant, without rounding.
      return [name, tf.add(average, tf.mul(tf.sub(value, average), tf.sub(1, decay)))];
    }),
  );
}
