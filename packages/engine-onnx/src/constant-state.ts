/** Models whose weights are constants: ONNX Runtime folds batch norm into them and packs them once, which inputs do not allow. */
import { encodeConstants, type OuterConstant } from '@foveate/tracer';
import type { Tensor } from 'onnxruntime-common';
import { statePrefix } from './session-host.js';

/** The bytes of a model completed by the values of a state, which lie in the memory of the host. */
export function withConstants(model: Uint8Array, state: Readonly<Record<string, Tensor>>): Uint8Array {
  const constants: Record<string, OuterConstant> = {};
  for (const [name, { dims: shape, type, data: values }] of Object.entries(state)) {
    const data = values as Float32Array | Int32Array;
    constants[statePrefix + name] = { type: type as OuterConstant['type'], shape, data };
  }
  return Buffer.concat([model, encodeConstants(constants)]);
}
