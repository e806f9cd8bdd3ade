/** Local response normalisation (Krizhevsky et al. 2012): y = x (bias + alpha s)^-beta, s the squares of near channels summed. */
import type { GraphBuilder } from '../builder.js';
import type { Value } from '../ir.js';
import { materialise, reshapeValue, type Lazy } from '../layout.js';
import { input, type KernelCall, type LoweringTable } from './types.js';

const nchw = [0, 3, 1, 2];

const settings = ({ attrs }: KernelCall) => attrs as { depthRadius: number; bias: number; alpha: number; beta: number };

/** Sums over the channels within `radius`: a convolution with ones along the channels. [N, C, H, W] -> the same */
function nearChannels(b: GraphBuilder, value: Value, radius: number): Value {
  const [n, c, h, w] = value.shape as [number, number, number, number];
  const size = 2 * radius + 1;
  const ones = b.constant(new Float32Array(size).fill(1), [1, 1, size, 1], 'float32');
  const columns = reshapeValue(b, value, [n, 1, c, h * w]);
  const sums = b.op('Conv', [columns, ones], columns.shape, 'float32', {
    kernel_shape: { ints: [size, 1] },
    pads: { ints: [radius, 0, radius, 0] },
  });
  return reshapeValue(b, sums, value.shape);
}

const image = (value: Value, { shape }: Lazy): Lazy => ({ type: 'float32', shape, value, perm: nchw });

/** Local response normalisation and its gradient, by tfjs kernel name. */
export const localResponseLowerings: LoweringTable = {
  LRN: (call) => {
    const { depthRadius, bias, alpha, beta } = settings(call);
    const x = input(call, 'x');
    const value = materialise(call.b, x, nchw);
    const size = 2 * depthRadius + 1;
    const result = call.b.op('LRN', [value], value.shape, 'float32', {
      size: { int: size },
      // ONNX takes the mean of the squares.
      alpha: { float: alpha * size },
      beta: { float: beta },
      bias: { float: bias },
    });
    return image(result, x);
  },
  LRNGrad: (call) => {
    const { b } = call;
    const { depthRadius, bias, alpha, beta } = settings(call);
    const x = input(call, 'x');
    const [value, y, dy] = ['x', 'y', 'dy'].map((name) => materialise(b, input(call, name), nchw)) as [
      Value,
      Value,
      Value,
    ];
    const op = (name: string, a: Value, c: Value): Value => b.op(name, [a, c], value.shape, 'float32');
    const squares = nearChannels(b, op('Mul', value, value), depthRadius);
    const norm = op('Add', op('Mul', squares, b.scalar(alpha)), b.scalar(bias));
    const direct = op('Mul', dy, op('Pow', norm, b.scalar(-beta)));
    const through = nearChannels(b, op('Div', op('Mul', dy, y), norm), depthRadius);
    return image(op('Sub', direct, op('Mul', op('Mul', value, through), b.scalar(2 * alpha * beta))), x);
  },
};
