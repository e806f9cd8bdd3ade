/** Graphs of standard operators, as other providers than the CPU get them, compute what the CPU's own do. */
import { describe, expect, it } from '@jest/globals';
import type { HostTensor } from '@foveate/contracts';
import { stopGradient } from '@foveate/tensor';
import { expectClose, normalTensor } from '@foveate/testkit';
import { encodeOnnx, trace, type Target, type TracedFunction } from '@foveate/tracer';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

/** Outputs and operators of a program traced for a target. */
async function run(program: TracedFunction, inputs: Record<string, HostTensor>, target: Target) {
  const graph = trace(program, { inputs, target });
  const session = await ort.InferenceSession.create(encodeOnnx(graph), { intraOpNumThreads: 1 });
  const feeds = Object.entries(inputs).map(([name, { dtype, data, shape }]) => [
    name,
    new ort.Tensor(dtype, data as Float32Array<ArrayBuffer>, shape),
  ]);
  const results = await session.run(Object.fromEntries(feeds) as Record<string, ort.Tensor>);
  await session.release();
  const outputs = Object.entries(results).map(([name, { dims, data }]): [string, HostTensor] => [
    name,
    { dtype: 'float32', shape: dims, data: data as Float32Array },
  ]);
  return { outputs: Object.fromEntries(outputs), operators: graph.nodes.map(({ op, domain }) => domain + op) };
}

const combine = (y: T): tf.Scalar => tf.sum(tf.mul(y, tf.reshape(tf.cos(tf.range(0, y.size)), y.shape)));

/** The gradients of a function of an image and a filter. */
const gradients =
  (f: (x: T4, w: T4) => T): TracedFunction =>
  ({ x, w }) => {
    const [dx, dw] = tf.grads((a, c) => combine(f(a as T4, c as T4)))([x!, w!]);
    return { dx: dx!, dw: dw! };
  };

const cases: [string, number[], number[], (x: T4, w: T4) => T][] = [
  ['conv2d', [2, 12, 12, 3], [3, 3, 3, 4], (x, w) => tf.conv2d(x, w, 1, 'same')],
  ['conv2d, strides', [2, 13, 12, 3], [3, 3, 3, 4], (x, w) => tf.conv2d(x, w, 2, 'valid')],
  ['conv2d, many channels', [2, 3, 3, 20], [1, 1, 20, 16], (x, w) => tf.conv2d(x, w, 1, 'same')],
  ['depthwiseConv2d', [2, 8, 8, 3], [3, 3, 3, 2], (x, w) => tf.depthwiseConv2d(x, w, 1, 'same')],
  ['depthwiseConv2d, strides', [2, 9, 8, 3], [3, 3, 3, 1], (x, w) => tf.depthwiseConv2d(x, w, 2, 'valid')],
  ...([
    [2, 2, 12, 12],
    [2, 2, 13, 11],
    [2, 3, 12, 13],
    [3, 3, 12, 10],
  ].map(([size, stride, h, w]) => [
    `maxPool ${size} by ${stride}, ties, ${h} x ${w}`,
    [2, h, w, 2],
    [1, 1, 2, 2],
    // Rounded, so that windows have equal maxima.
    (x: T4, filter: T4) =>
      tf.mul(
        tf.maxPool(tf.add(tf.round(x), tf.sub(x, stopGradient(x))) as T4, size!, stride!, 'valid'),
        tf.sum(filter),
      ),
  ]) as [string, number[], number[], (x: T4, w: T4) => T][]),
];

describe('portable graphs', () => {
  it.each(cases)('%s', async (_name, image, filter, f) => {
    const inputs = { x: normalTensor(image, 1, 'x'), w: normalTensor(filter, 1, 'w') };
    const [portable, cpu] = [await run(gradients(f), inputs, 'portable'), await run(gradients(f), inputs, 'cpu')];
    for (const [name, expected] of Object.entries(cpu.outputs))
      expectClose(name, portable.outputs[name], expected, 1e-4);
    const own = portable.operators.filter((op) => /microsoft|MaxUnpool/.test(op));
    expect(own).toEqual([]);
  });
});
