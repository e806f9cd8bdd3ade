/** Gradients tfjs-core lacks. */
import * as tf from '@tensorflow/tfjs-core';

/** Comparisons are step functions: their gradient is zero wherever it exists. */
const comparisons = ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'];

let registered = false;

/**
 * Registers the gradients a second derivative needs and tfjs-core does not have: tfjs writes the gradient of `max` with
 * `equal`, and has no gradient for `equal` itself. Safe to call many times.
 */
export function registerMissingGradients(): void {
  if (registered) return;
  registered = true;
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
}

/**
 * `f(x)` as a constant: the value of `f`, with gradient zero.
 * @param f may return any shape; identity if left out
 */
export function stopGradient<R extends tf.Tensor = tf.Tensor>(
  x: tf.Tensor,
  f: (x: tf.Tensor) => tf.Tensor = (value) => tf.clone(value),
): R {
  return tf.customGrad((input) => ({
    value: f(input as tf.Tensor),
    gradFunc: () => tf.zerosLike(x),
  }))(x) as R;
}
