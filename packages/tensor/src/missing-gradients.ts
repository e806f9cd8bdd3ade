/**
 * Gradients of reductions, selections and einsum that tfjs lacks, gets wrong or computes wastefully. Importing this file
 * registers them. Written with tfjs' public operations, so that every backend has them.
 */
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of tfjs, which must not come later.
import '@tensorflow/tfjs-layers';

type T = tf.Tensor;

const axesOf = (axis: unknown, shape: readonly number[]): number[] =>
  tf.util.parseAxisParam((axis ?? shape.map((_, i) => i)) as number | number[], [...shape]);

/** dy in the rank of what was reduced, seen everywhere. */
function spread(dy: T, x: T, axis: unknown): T {
  const axes = axesOf(axis, x.shape);
  const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const gone = x.shape.map((size, i) => (axes.includes(i) ? size : 1));
  return tf.mul(tf.reshape(dy, kept), tf.ones(gone));
}

// tfjs multiplies by a tensor of ones as large as what was reduced.
tf.registerGradient({
  kernelName: 'Sum',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => ({ x: () => spread(dy as T, x as T, attrs['axis']) }),
});
tf.registerGradient({
  kernelName: 'Mean',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => {
    const count = axesOf(attrs['axis'], (x as T).shape).reduce((n, axis) => n * ((x as T).shape[axis] as number), 1);
    return { x: () => spread(tf.div(dy as T, count), x as T, attrs['axis']) };
  },
});

/** The product of all others along the axes, also where some are zero. That of tfjs throws on Node.js. */
tf.registerGradient({
  kernelName: 'Prod',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved as [T];
    const axes = axesOf(attrs['axis'], x.shape);
    const order = [...x.shape.map((_, i) => i).filter((i) => !axes.includes(i)), ...axes];
    const moved = tf.transpose(x, order);
    const rows = tf.reshape(moved, [x.size / axes.reduce((n, i) => n * (x.shape[i] as number), 1), -1]);
    const others = (): T => tf.mul(tf.cumprod(rows, 1, true, false), tf.cumprod(rows, 1, true, true));
    const back = order.map((_, i) => order.indexOf(i));
    return {
      x: () => tf.transpose(tf.reshape(tf.mul(others(), tf.reshape(dy as T, [-1, 1])), moved.shape), back),
    };
  },
});

/** Puts values where indices into the flattened tensor say, zeros elsewhere. */
const scatter = (indices: T, values: T, shape: readonly number[]): T => {
  const size = shape.reduce((n, length) => n * length, 1);
  return tf.reshape(tf.scatterND(tf.reshape(indices, [-1, 1]), tf.reshape(values, [-1]), [size]), [...shape]);
};

const counted = (shape: readonly number[]): T => {
  const size = shape.reduce((n, length) => n * length, 1);
  return tf.reshape(tf.range(0, size, 1, 'int32'), [...shape]);
};

tf.registerGradient({
  kernelName: 'StridedSlice',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const [{ shape }] = saved as [T];
    const picked = (): T => tf.engine().runKernel('StridedSlice', { x: counted(shape) }, attrs);
    return { x: () => scatter(picked(), dy as T, shape) };
  },
});

tf.registerGradient({
  kernelName: 'TopK',
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc: (dys, saved) => {
    const [{ shape }, indices] = saved as [T, T];
    const [dy] = dys as T[];
    const last = shape.at(-1) ?? 1;
    const starts = tf.mul(counted([...shape.slice(0, -1), 1]), tf.scalar(last, 'int32'));
    return { x: () => scatter(tf.add(starts, indices), dy as T, shape) };
  },
});

/** An operand without the axes that `elsewhere` does not know: they are summed, which tfjs' own einsum forgets. */
function reduced(term: string, value: T, elsewhere: string): { term: string; value: T } {
  const lone = [...term].flatMap((axis, i) => (elsewhere.includes(axis) ? [] : [i]));
  const kept = [...term].filter((axis) => elsewhere.includes(axis)).join('');
  return { term: kept, value: lone.length === 0 ? value : tf.sum(value, lone) };
}

/** Of each operand: einsum of the gradient with the other operand; axes summed over in it alone are spread again. */
tf.registerGradient({
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const [left, result] = String(attrs['equation']).replaceAll(' ', '').split('->') as [string, string];
    const terms = left.split(',');
    const gradient = (index: number): T => {
      const term = terms[index] as string;
      const others = terms.flatMap((other, i) => (i === index ? [] : [reduced(other, saved[i] as T, result + term)]));
      const known = result + others.map((other) => other.term).join('');
      const kept = [...term].filter((axis) => known.includes(axis)).join('');
      const equation = `${[result, ...others.map((other) => other.term)].join(',')}->${kept}`;
      const product = tf.einsum(equation, dy as T, ...others.map(({ value }) => value));
      const { shape } = saved[index] as T;
      const open = shape.map((size, i) => (kept.includes(term[i] as string) ? size : 1));
      return tf.broadcastTo(tf.reshape(product, open), shape);
    };
    return Object.fromEntries(terms.map((_, index) => [index, () => gradient(index)]));
  },
});
