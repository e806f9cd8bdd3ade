/** Models whose weights are constants: ONNX Runtime folds batch norm into them and packs them once, which inputs do not allow. */
import { encodeConstants, type OuterConstant } from '@foveate/tracer';
import type { Tensor } from 'onnxruntime-node';
import { statePrefix } from './session-host.js';

/** The bytes of a model completed by the values of a state. */
export async function withConstants(model: Uint8Array, state: Readonly<Record<string, Tensor>>): Promise<Uint8Array> {
  const constants: Record<string, OuterConstant> = {};
  for (const [name, tensor] of Object.entries(state)) {
    const { dims: shape, type } = tensor;
    const data = (await tensor.getData()) as Float32Array | Int32Array;
    constants[statePrefix + name] = { type: type as OuterConstant['type'], shape, data };
  }
  return Buffer.concat([model, encodeConstants(constants)]);
}
