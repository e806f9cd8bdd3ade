import type { HostTensor } from '@foveate/contracts';
import { decodeElements, type ElementType } from '@foveate/tensor';

/** Little-endian row-major elements as a tensor. */
export function hostTensor(type: ElementType, shape: readonly number[], bytes: Uint8Array): HostTensor {
  return { dtype: type === 'int32' ? 'int32' : 'float32', shape, data: decodeElements(type, bytes) };
}
