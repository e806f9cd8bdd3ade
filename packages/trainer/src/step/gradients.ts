/** Gradients of a scalar together with tensors made on the way to it. */
import type { NamedTensors } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';

/** Takes a tensor out of the forward pass under a name; a second tensor of the same name replaces the first. */
export type Carry = (name: string, tensor: tf.Tensor) => void;

/**
 * Gradients of `f` with respect to `xs`; zeros where `f` does not depend on one of them. tfjs disposes everything made
 * inside `f` but its result, so whatever else is wanted goes through `carry`. All results belong to the scope around
 * this call. `f` may itself take gradients.
 */
export function gradientsCarrying(
  xs: readonly tf.Tensor[],
  f: (carry: Carry) => tf.Scalar,
): { readonly gradients: readonly tf.Tensor[]; readonly carried: NamedTensors } {
  const kept = new Map<string, tf.Tensor>();
  // At once, not when f returns: the tensor may belong to a scope that ends before that.
  const carry: Carry = (name, tensor) => {
    kept.get(name)?.dispose();
    kept.set(name, tf.keep(tf.clone(tensor)));
  };
  try {
    const { grads } = tf.engine().gradients(() => f(carry), [...xs], undefined, true);
    return {
      // The type leaves out what allowNoGradients (the last argument) allows.
      gradients: xs.map((x, index) => (grads[index] as tf.Tensor | undefined) ?? tf.zerosLike(x)),
      carried: Object.fromEntries([...kept].map(([name, tensor]) => [name, tf.clone(tensor)])),
    };
  } finally {
    // A kept tensor belongs to no scope; its clone belongs to the caller's.
    for (const tensor of kept.values()) tensor.dispose();
  }
}
