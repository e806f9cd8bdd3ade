/** The frozen stages of a model alone. */
import type { Model, Program } from '@foveate/contracts';
import { pickPrefix, tensorNamed } from '@foveate/tensor';
import type * as tf from '@tensorflow/tfjs-core';
import { modelPrefix } from '../variables.js';
import { trunkOf } from './frozen-stages.js';

/** Input: `images` [N, H, W, 3]. State: `model/<variable>`, unchanged. Output: `trunk` [N, h, w, K]. */
export function trunkProgram(model: Model, frozen: number): Program {
  return (inputs, state) => ({
    outputs: {
      trunk: trunkOf(model, tensorNamed(inputs, 'images') as tf.Tensor4D, frozen, pickPrefix(modelPrefix, state)),
    },
  });
}
