/** An optimizer as a rule for one variable: what adamax, adam, adamw and sgd have in common. */
import type { NamedTensors, Optimizer, VariableSpec } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tensorNamed } from '@foveate/tensor';

/** How one variable is updated. */
export interface UpdateRule {
  readonly learningRate: number;
  /** Kinds of slots: `scalar` or of the variable's shape. All start at zero. */
  readonly slots: Readonly<Record<string, 'scalar' | 'like'>>;
  /** One step. `slots` are by kind, `rate` is the step size, a scalar. */
  step(of: {
    readonly variable: tf.Tensor;
    readonly gradient: tf.Tensor;
    readonly slots: NamedTensors;
    readonly rate: tf.Tensor;
  }): { readonly variable: tf.Tensor; readonly slots: NamedTensors };
}

/** Slots are named `<kind>/<variable>`: a variable that joins the training later starts with fresh ones of its own. */
export function optimizerOf(rule: UpdateRule): Optimizer {
  const kinds = Object.entries(rule.slots);
  return {
    learningRate: rule.learningRate,
    slots: (trainable) =>
      trainable.flatMap(({ name, shape }) =>
        kinds.map(([kind, size]) => zeroSlot(`${kind}/${name}`, size === 'scalar' ? [] : shape)),
      ),
    update: ({ variables, gradients, slots, learningRates }) => {
      const nextVariables: Record<string, tf.Tensor> = {};
      const nextSlots: Record<string, tf.Tensor> = {};
      for (const [name, variable] of Object.entries(variables)) {
        const next = rule.step({
          variable,
          gradient: tensorNamed(gradients, name),
          slots: Object.fromEntries(kinds.map(([kind]) => [kind, tensorNamed(slots, `${kind}/${name}`)])),
          rate: tensorNamed(learningRates, name),
        });
        nextVariables[name] = next.variable;
        for (const [kind, slot] of Object.entries(next.slots)) nextSlots[`${kind}/${name}`] = slot;
      }
      return { variables: nextVariables, slots: nextSlots };
    },
  };
}

function zeroSlot(name: string, shape: readonly number[]): VariableSpec {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { name, shape, trainable: false, initial: () => new Float32Array(size) };
}

/** Decay of a running mean. */
export const decayRate = z.number().min(0).lt(1);

/** Options of weight decay, the same for every optimizer. */
export const weightDecayOptions = {
  weightDecay: z.number().min(0).default(0).describe('Pull of the weights towards zero; 0 is none.'),
  decayAll: z
    .boolean()
    .default(false)
    .describe('Also decay variables of rank 0 and 1: biases, scale and offset of batch norm.'),
};

/** How strongly `variable` is decayed under {@link weightDecayOptions}. */
export function decayOf(
  variable: tf.Tensor,
  { weightDecay, decayAll }: { readonly weightDecay: number; readonly decayAll: boolean },
): number {
  return decayAll || variable.rank > 1 ? weightDecay : 0;
}

/** The gradient of the loss plus weightDecay/2 |w|^2. */
export function withL2(
  { variable, gradient }: { readonly variable: tf.Tensor; readonly gradient: tf.Tensor },
  options: { readonly weightDecay: number; readonly decayAll: boolean },
): tf.Tensor {
  const decay = decayOf(variable, options);
  return decay === 0 ? gradient : tf.add(gradient, tf.mul(variable, decay));
}
