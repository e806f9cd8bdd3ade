/** NumPy arrays: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import type { ElementType } from '@foveate/tensor';
import { elementBytes } from '@foveate/tensor';
import { elementCount, invalid, type WeightsEntry } from '../weights-file.js';
import { hostTensor } from './host-tensor.js';

const types: Readonly<Record<string, ElementType>> = {
  '<f8': 'float64',
  '<f4': 'float32',
  '<f2': 'float16',
  '<i4': 'int32',
};

// Each part is bounded and cannot overlap its neighbour, so that a hostile header is refused in linear time.
const header =
  /^\{ {0,4}'descr': {0,4}'([^']{1,16})', {0,4}'fortran_order': {0,4}(True|False), {0,4}'shape': {0,4}\(([\d, ]{0,400})\),? {0,4}\}\s*$/;

/**
 * One `.npy` file. Its header is a Python literal, of which only what NumPy writes is understood; nothing is executed.
 * @throws FoveateError `WEIGHTS_INVALID`
 */
export function readNpy(bytes: Uint8Array, name: string, where: string): WeightsEntry {
  const signed =
    bytes.length >= 12 && bytes[0] === 0x93 && Buffer.from(bytes.subarray(1, 6)).toString('latin1') === 'NUMPY';
  if (!signed) throw invalid(where, 'File does not begin as a NumPy array does');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [length, start] = bytes[6] === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  if (start + length > bytes.length) throw invalid(where, 'Header reaches beyond the file');
  // The length limit keeps the pattern's work small.
  const text = Buffer.from(bytes.subarray(start, start + Math.min(length, 65_536))).toString('latin1');
  const [, descr = '', fortran, sizes = ''] = header.exec(text) ?? [];
  if (fortran === undefined)
    throw invalid(where, 'Header is not one that NumPy writes', { got: text.slice(0, 80).trim() });
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const count = elementCount(shape, name, where);
  if (fortran === 'True' && shape.length > 1) {
    throw invalid(where, 'Array is stored column by column', { advice: 'Save it with numpy.ascontiguousarray' });
  }
  const type = types[descr];
  if (type === undefined) return { name, shape, stored: descr };
  const values = bytes.subarray(start + length);
  if (values.length !== count * elementBytes[type]) {
    throw invalid(where, `Shape [${shape.join(', ')}] does not fit the file`, {
      expected: `${count * elementBytes[type]} bytes of values`,
      got: String(values.length),
    });
  }
  return { name, shape, stored: type, tensor: hostTensor(type, shape, values) };
}
