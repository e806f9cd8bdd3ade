/** Arithmetic, comparison, logic and activation. Broadcasting and layout are handled by `elementwise`. */
import {
  broadcastShape,
  cast,
  elementwise,
  identity,
  reshapeValue,
  uniform,
  uniformValue,
  type Lazy,
} from '../layout.js';
import type { GraphBuilder } from '../builder.js';
import { input, type KernelCall, type Lowering, type LoweringTable } from './types.js';

const unary =
  (op: string, type?: Lazy['type']): Lowering =>
  (call) => {
    const x = input(call, 'x');
    return elementwise(call.b, op, [x], type ?? x.type);
  };

/** A unary function that ONNX Runtime computes in float32 only. */
const float =
  (build: (b: GraphBuilder, x: Lazy) => Lazy): Lowering =>
  (call) =>
    build(call.b, cast(call.b, input(call, 'x'), 'float32'));

const operands = (call: KernelCall): [Lazy, Lazy] => [input(call, 'a'), input(call, 'b')];

/** Broadcasts without computing: the value of `x` seen in the shape of both. */
function broadcastTo(b: GraphBuilder, x: Lazy, other: Lazy): Lazy {
  const shape = broadcastShape(x.shape, other.shape);
  const known = uniformValue(x);
  if (known !== undefined) return uniform(b, known, shape, x.type);
  const offset = shape.length - x.shape.length;
  if (x.perm.length === 0 || offset === 0) return { ...x, shape };
  const physical = [...Array<number>(offset).fill(1), ...x.value.shape];
  const perm = [...identity(offset), ...x.perm.map((axis) => axis + offset)];
  return { ...x, shape, value: reshapeValue(b, x.value, physical), perm };
}

const arithmetic =
  (
    op: string,
    fold: (a: number, c: number) => number,
    shortcut?: (b: GraphBuilder, a: Lazy, c: Lazy) => Lazy | undefined,
  ): Lowering =>
  (call) => {
    const [a, c] = operands(call);
    const [left, right] = [uniformValue(a), uniformValue(c)];
    if (left !== undefined && right !== undefined) {
      return uniform(call.b, fold(left, right), broadcastShape(a.shape, c.shape), a.type);
    }
    return shortcut?.(call.b, a, c) ?? elementwise(call.b, op, [a, c], a.type);
  };

const compare =
  (op: string, negate = false): Lowering =>
  (call) => {
    const result = elementwise(call.b, op, operands(call), 'bool');
    return negate ? elementwise(call.b, 'Not', [result], 'bool') : result;
  };

/** The scalar `value` in the type of `x`. */
const number = (b: GraphBuilder, value: number, x: Lazy): Lazy => uniform(b, value, [], x.type);

/** One at true, zero at false, in float32. */
const step = (b: GraphBuilder, condition: Lazy): Lazy => cast(b, condition, 'float32');

/** One above zero, zero elsewhere: a ramp from 0 to 1 so steep that no number lies on it, one sweep on all threads. */
const steep = (b: GraphBuilder, x: Lazy): Lazy =>
  elementwise(b, 'HardSigmoid', [x], 'float32', { alpha: { float: 3e38 }, beta: { float: 0 } });

/** Arithmetic, comparison, logic and activation, by tfjs kernel name. */
export const elementwiseLowerings: LoweringTable = {
  Add: arithmetic(
    'Add',
    (a, c) => a + c,
    (b, a, c) =>
      uniformValue(a) === 0 ? broadcastTo(b, c, a) : uniformValue(c) === 0 ? broadcastTo(b, a, c) : undefined,
  ),
  Sub: arithmetic(
    'Sub',
    (a, c) => a - c,
    (b, a, c) => (uniformValue(c) === 0 ? broadcastTo(b, a, c) : undefined),
  ),
  Multiply: arithmetic(
    'Mul',
    (a, c) => a * c,
    (b, a, c) => {
      if (uniformValue(a) === 1) return broadcastTo(b, c, a);
      if (uniformValue(c) === 1) return broadcastTo(b, a, c);
      if (uniformValue(a) === 0 || uniformValue(c) === 0)
        return uniform(b, 0, broadcastShape(a.shape, c.shape), a.type);
      return undefined;
    },
  ),
  RealDiv: arithmetic(
    'Div',
    (a, c) => a / c,
    (b, a, c) => (uniformValue(c) === 1 ? broadcastTo(b, a, c) : undefined),
  ),
  FloorDiv: (call) => {
    const [a, c] = operands(call);
    const quotient = elementwise(call.b, 'Div', [cast(call.b, a, 'float32'), cast(call.b, c, 'float32')], 'float32');
    return cast(call.b, elementwise(call.b, 'Floor', [quotient], 'float32'), a.type);
  },
  Mod: (call) => {
    // tfjs: the sign of the divisor, also for floats, which ONNX Mod has for integers only.
    const [a, c] = operands(call);
    if (a.type === 'int32') return elementwise(call.b, 'Mod', [a, c], a.type);
    const quotient = elementwise(call.b, 'Floor', [elementwise(call.b, 'Div', [a, c], a.type)], a.type);
    return elementwise(call.b, 'Sub', [a, elementwise(call.b, 'Mul', [quotient, c], a.type)], a.type);
  },
  Pow: arithmetic('Pow', Math.pow, (_b, a, c) => (uniformValue(c) === 1 && c.shape.length === 0 ? a : undefined)),
  Maximum: arithmetic('Max', Math.max),
  Minimum: arithmetic('Min', Math.min),
  SquaredDifference: (call) => {
    const [a, c] = operands(call);
    const difference = elementwise(call.b, 'Sub', [a, c], a.type);
    return elementwise(call.b, 'Mul', [difference, difference], a.type);
  },
  Atan2: (call) => {
    // atan2(y, x) = atan(y / x), moved by half a turn where x is negative; quarter turns where x is zero.
    const { b } = call;
    const [y, x] = operands(call);
    const zero = number(b, 0, x);
    const ratio = elementwise(b, 'Atan', [elementwise(b, 'Div', [y, x], 'float32')], 'float32');
    const negative = elementwise(b, 'Less', [x, zero], 'bool');
    const up = elementwise(b, 'GreaterOrEqual', [y, zero], 'bool');
    const half = elementwise(b, 'Where', [up, number(b, Math.PI, y), number(b, -Math.PI, y)], 'float32');
    const turned = elementwise(
      b,
      'Where',
      [negative, elementwise(b, 'Add', [ratio, half], 'float32'), ratio],
      'float32',
    );
    const both = elementwise(
      b,
      'And',
      [elementwise(b, 'Equal', [x, zero], 'bool'), elementwise(b, 'Equal', [y, zero], 'bool')],
      'bool',
    );
    return elementwise(b, 'Where', [both, number(b, 0, y), turned], 'float32');
  },
  Equal: compare('Equal'),
  NotEqual: compare('Equal', true),
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterOrEqual'),
  Less: compare('Less'),
  LessEqual: compare('LessOrEqual'),
  LogicalAnd: compare('And'),
  LogicalOr: compare('Or'),
  LogicalNot: (call) => elementwise(call.b, 'Not', [input(call, 'x')], 'bool'),
  Select: (call) => {
    const [condition, t, e] = [input(call, 'condition'), input(call, 't'), input(call, 'e')];
    return elementwise(call.b, 'Where', [condition, t, e], t.type);
  },
  Identity: (call) => input(call, 'x'),
  Cast: (call) => {
    const x = input(call, 'x');
    const type = call.attrs['dtype'];
    if (type !== 'float32' && type !== 'int32' && type !== 'bool')
      throw new Error(`cast to ${String(type)} cannot be traced`);
    return cast(call.b, x, type);
  },
  ZerosLike: (call) => uniform(call.b, 0, input(call, 'x').shape, input(call, 'x').type),
  OnesLike: (call) => uniform(call.b, 1, input(call, 'x').shape, input(call, 'x').type),
  Abs: unary('Abs'),
  Neg: unary('Neg'),
  Sign: unary('Sign'),
  Exp: float((b, x) => elementwise(b, 'Exp', [x], 'float32')),
  Log: float((b, x) => elementwise(b, 'Log', [x], 'float32')),
  Sqrt: float((b, x) => elementwise(b, 'Sqrt', [x], 'float32')),
  Rsqrt: float((b, x) => elementwise(b, 'Reciprocal', [elementwise(b, 'Sqrt', [x], 'float32')], 'float32')),
  Square: (call) => elementwise(call.b, 'Mul', [input(call, 'x'), input(call, 'x')], input(call, 'x').type),
  Reciprocal: float((b, x) => elementwise(b, 'Reciprocal', [x], 'float32')),
  Expm1: float((b, x) => elementwise(b, 'Sub', [elementwise(b, 'Exp', [x], 'float32'), number(b, 1, x)], 'float32')),
  Log1p: float((b, x) => elementwise(b, 'Log', [elementwise(b, 'Add', [x, number(b, 1, x)], 'float32')], 'float32')),
  Floor: unary('Floor'),
  Ceil: unary('Ceil'),
  Round: unary('Round'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Tan: unary('Tan'),
  Asin: unary('Asin'),
  Acos: unary('Acos'),
  Atan: unary('Atan'),
  Sinh: unary('Sinh'),
  Cosh: unary('Cosh'),
  Tanh: unary('Tanh'),
  Asinh: unary('Asinh'),
  Acosh: unary('Acosh'),
  Atanh: unary('Atanh'),
  Erf: unary('Erf'),
  IsNan: unary('IsNaN', 'bool'),
  IsInf: unary('IsInf', 'bool'),
  IsFinite: (call) => {
    // x - x is 0 for finite numbers and NaN otherwise.
    const x = input(call, 'x');
    const zero = elementwise(call.b, 'Sub', [x, x], x.type);
    return elementwise(call.b, 'Equal', [zero, number(call.b, 0, x)], 'bool');
  },
  Relu: unary('Relu'),
  Relu6: (call) => {
    const x = input(call, 'x');
    return elementwise(call.b, 'Min', [elementwise(call.b, 'Relu', [x], x.type), number(call.b, 6, x)], x.type);
  },
  ClipByValue: (call) => {
    const x = input(call, 'x');
    const { clipValueMin, clipValueMax } = call.attrs as { clipValueMin: number; clipValueMax: number };
    const raised = elementwise(call.b, 'Max', [x, number(call.b, clipValueMin, x)], x.type);
    return elementwise(call.b, 'Min', [raised, number(call.b, clipValueMax, x)], x.type);
  },
  Sigmoid: float((b, x) => elementwise(b, 'Sigmoid', [x], 'float32')),
  Softplus: float((b, x) => elementwise(b, 'Softplus', [x], 'float32')),
  Elu: float((b, x) => elementwise(b, 'Elu', [x], 'float32', { alpha: { float: 1 } })),
  Selu: float((b, x) => elementwise(b, 'Selu', [x], 'float32')),
  LeakyRelu: (call) =>
    elementwise(call.b, 'LeakyRelu', [input(call, 'x')], 'float32', {
      alpha: { float: call.attrs['alpha'] as number },
    }),
  Prelu: (call) => {
    const [x, alpha] = [input(call, 'x'), input(call, 'alpha')];
    const slope = elementwise(call.b, 'Mul', [x, alpha], 'float32');
    return elementwise(
      call.b,
      'Where',
      [elementwise(call.b, 'Less', [x, number(call.b, 0, x)], 'bool'), slope, x],
      'float32',
    );
  },
  Step: (call) => {
    const x = input(call, 'x');
    const alpha = (call.attrs['alpha'] as number | undefined) ?? 0;
    if (alpha === 0 && call.b.target === 'cpu') return steep(call.b, cast(call.b, x, 'float32'));
    const positive = elementwise(call.b, 'Greater', [x, number(call.b, 0, x)], 'bool');
    return alpha === 0
      ? { ...step(call.b, positive), shape: x.shape }
      : elementwise(call.b, 'Where', [positive, number(call.b, 1, x), number(call.b, alpha, x)], 'float32');
  },
  EluGrad: (call) => {
    const [dy, y] = [input(call, 'dy'), input(call, 'y')];
    const slope = elementwise(call.b, 'Add', [y, number(call.b, 1, y)], 'float32');
    const factor = elementwise(call.b, 'Min', [slope, number(call.b, 1, y)], 'float32');
    return elementwise(call.b, 'Mul', [dy, factor], 'float32');
  },
  AddN: (call) => call.list.reduce((sum, x) => elementwise(call.b, 'Add', [sum, x], x.type)),
};
