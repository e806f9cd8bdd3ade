/** Gradients: those of tfjs, and those tfjs lacks. Importing this file registers them. */
import * as tf from '@tensorflow/tfjs-core';
// The CommonJS bundle of tfjs-core has operations but no gradients; that of tfjs-layers registers all of them on import.
import '@tensorflow/tfjs-layers';

/** Comparisons are step functions: their gradient is zero wherever it exists. */
const comparisons = ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'];

// A second derivative needs these: tfjs writes the gradient of `max` with `equal`, which has no gradient itself.
for (const kernelName of comparisons) {
  if (tf.getGradient(kernelName) !== undefined) continue;
  tf.registerGradient({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (_dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return { a: () => tf.zerosLike(a), b: () => tf.zerosLike(b) };
    },
  });
}

/**
 * `f(x)` as a constant: the value of `f`, with gradient zero.
 * @param f may return any shape; identity if left out
 */
export function stopGradient<R extends tf.Tensor = tf.Tensor>(
  x: tf.Tensor,
  f: (x: tf.Tensor) => tf.Tensor = (value) => tf.clone(value),
): R {
  return tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    // Saved, because `x` itself may be disposed when the gradient is taken.
    save([input]);
    return { value: f(input), gradFunc: (_dy: tf.Tensor, saved: tf.Tensor[]) => tf.zerosLike(saved[0] as tf.Tensor) };
  })(x) as R;
}
