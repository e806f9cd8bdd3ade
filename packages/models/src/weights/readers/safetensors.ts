/** safetensors: https://github.com/huggingface/safetensors#format */
import { openSafetensors, type ElementType } from '@foveate/tensor';
import { hostTensor } from './host-tensor.js';
import { elementCount, type WeightsContent } from '../weights-file.js';

const types: Readonly<Record<string, ElementType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I32: 'int32',
};

/** @throws FoveateError `WEIGHTS_INVALID` */
export function readSafetensors(bytes: Uint8Array, where: string): WeightsContent {
  const { entries, metadata } = openSafetensors(bytes, where, 'WEIGHTS_INVALID');
  return {
    metadata,
    entries: entries.map(({ name, dtype, shape, bytes: values }) => {
      elementCount(shape, name, where);
      const type = types[dtype];
      if (type === undefined) return { name, shape, stored: dtype.toLowerCase() };
      return { name, shape, stored: type, tensor: hostTensor(type, shape, values) };
    }),
  };
}
