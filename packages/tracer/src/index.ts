export { anyBatch } from './any-batch.js';
export {
  compile,
  trace,
  type Compiled,
  type CompileOptions,
  type InputSpec,
  type StateValue,
  type TracedFunction,
  type TraceOptions,
} from './compile.js';
export type { Target } from './builder.js';
export type { Attribute, ConstantData, ElementType, Graph, GraphOutput, Node, Value } from './ir.js';
export { lowerings } from './kernels/index.js';
export { halfPrecision } from './half-precision.js';
export { encodeConstants, encodeOnnx, nodeName, type OuterConstant } from './onnx.js';
export { optimise, passes, type Pass } from './passes/index.js';
export { fromStored, storedOrder, toStored } from './stored-order.js';
export { toText } from './text.js';
export { verify } from './verify.js';
