/** Values on their way into tfjs and out of it. */
import type { HostTensor } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';

/** A tensor of the active backend. */
export function toTensor({ data, shape, dtype }: HostTensor): tf.Tensor {
  return tf.tensor(data, [...shape], dtype);
}

/** A copy of its values; booleans become float32. */
export function toHost(tensor: tf.Tensor): HostTensor {
  if (tensor.dtype === 'int32')
    return { dtype: 'int32', shape: tensor.shape, data: Int32Array.from(tensor.dataSync()) };
  return { dtype: 'float32', shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) };
}
