/** Slices of values, which many lowerings need. */
import type { GraphBuilder } from '../builder.js';
import type { Value } from '../ir.js';
import { identity } from '../layout.js';

/** Slices with starts, ends (exclusive) and steps per physical axis; negative steps run backwards. */
export function sliceValue(
  b: GraphBuilder,
  value: Value,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[] = starts.map(() => 1),
): Value {
  const shape = value.shape.map((_, axis) =>
    Math.max(0, Math.ceil(((ends[axis] as number) - (starts[axis] as number)) / (steps[axis] as number))),
  );
  const axes = identity(value.shape.length).filter(
    (axis) => starts[axis] !== 0 || ends[axis] !== value.shape[axis] || steps[axis] !== 1,
  );
  if (axes.length === 0) return value;
  const of = (list: readonly number[]): Value => b.int64(axes.map((axis) => list[axis] as number));
  // Backwards to the very first element: -1 would count from the end, so ONNX wants a number below every index.
  const ending = ends.map((end, axis) => ((steps[axis] as number) < 0 && end < 0 ? -(2 ** 31) : end));
  return b.op('Slice', [value, of(starts), of(ending), b.int64(axes), of(steps)], shape, value.type);
}
