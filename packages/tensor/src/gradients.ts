/** Gradients: those of tfjs, those tfjs lacks and those it gets wrong. Importing this file registers them. */
import * as tf from '@tensorflow/tfjs-core';
// The CommonJS bundle of tfjs-core has operations but no gradients; that of tfjs-layers registers all of them on import.
import '@tensorflow/tfjs-layers';
import './convolution-gradients.js';
import './missing-gradients.js';
import './saved-outputs.js';
import './second-order.js';

/** Comparisons are step functions: their gradient is zero wherever it exists. */
const comparisons = ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'];

tf.registerGradient({
  kernelName: 'LogicalNot',
  inputsToSave: ['x'],
  gradFunc: (_dy, saved) => ({ x: () => tf.zeros((saved[0] as tf.Tensor).shape) }),
});

// A second derivative needs these: tfjs writes the gradient of `max` with `equal`, which has no gradient itself.
for (const kernelName of comparisons) {
  if (tf.getGradient(kernelName) !== undefined) continue;
  tf.registerGradient({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (_dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      // Not zerosLike: gradients are float32, whatever is compared.
      return { a: () => tf.zeros(a.shape), b: () => tf.zeros(b.shape) };
    },
  });
}

/** Sums `dy` over the axes along which an operand of `shape` was broadcast. */
function unbroadcast(dy: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const offset = dy.rank - shape.length;
  const axes = dy.shape.flatMap((size, axis) => (size !== (shape[axis - offset] ?? 1) || axis < offset ? [axis] : []));
  return tf.reshape(axes.length === 0 ? dy : tf.sum(dy, axes), [...shape]);
}

/**
 * Registers the gradient of a binary kernel, each operand's as dy times a factor. tfjs forgets that `maximum`, `minimum`
 * and `squaredDifference` broadcast: their gradients have the shape of the result instead of the operand's.
 */
function registerBinary(kernelName: string, factors: (a: tf.Tensor, b: tf.Tensor) => [tf.Tensor, tf.Tensor]): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const side = (index: 0 | 1): tf.Tensor =>
        unbroadcast(
          tf.mul(dy as tf.Tensor, tf.cast(factors(a, b)[index], 'float32')),
          (saved[index] as tf.Tensor).shape,
        );
      return { a: () => side(0), b: () => side(1) };
    },
  });
}

registerBinary('Maximum', (a, b) => [tf.greaterEqual(a, b), tf.less(a, b)]);
registerBinary('Minimum', (a, b) => [tf.lessEqual(a, b), tf.greater(a, b)]);
registerBinary('SquaredDifference', (a, b) => {
  const slope = tf.mul(tf.sub(a, b), 2);
  return [slope, tf.neg(slope)];
});

// tfjs transposes this gradient once too often for every axis but the last.
tf.registerGradient({
  kernelName: 'Cumsum',
  inputsToSave: ['x'],
  gradFunc: (dy, _saved, attrs) => {
    const { axis, exclusive, reverse } = attrs as unknown as { axis: number; exclusive: boolean; reverse: boolean };
    return { x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse) };
  },
});

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

/**
 * What `f` gives, as a constant: nothing in it is differentiated by those outside, so that it costs no more than its value.
 * `f` may take gradients itself, which {@link stopGradient} does not allow.
 */
export function withoutGradient<R>(f: () => R): R {
  // tfjs has no such scope of its own. Gradients inside of it start a tape of their own.
  const { state } = tf.engine();
  const { gradientDepth, activeTape } = state;
  state.gradientDepth = 0;
  try {
    return f();
  } finally {
    Object.assign(state, { gradientDepth, activeTape });
  }
}
