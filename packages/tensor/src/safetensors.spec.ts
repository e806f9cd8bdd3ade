import { describe, expect, it } from '@jest/globals';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

const tensors = {
  b: { dtype: 'float32' as const, shape: [2, 2], data: new Float32Array([1, -2, 3.5, Number.NaN]) },
  a: { dtype: 'int32' as const, shape: [], data: new Int32Array([7]) },
};

const f32 = (begin: number, end: number) => ({ dtype: 'F32', shape: [1], data_offsets: [begin, end] });

/** A file with this header and `length` bytes of values. */
function file(header: unknown, length: number): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

describe('safetensors', () => {
  it('returns what was written, also from unaligned memory', () => {
    const bytes = encodeSafetensors(tensors, { epoch: '3' });
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const { tensors: read, metadata } = decodeSafetensors(shifted.subarray(1), 'x');
    expect(read).toEqual(tensors);
    expect(decodeSafetensors(Buffer.from(bytes), 'x').tensors).toEqual(tensors);
    expect(metadata).toEqual({ epoch: '3' });
  });

  it('puts the header where the format says', () => {
    const bytes = encodeSafetensors({ a: tensors.a });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString());
    expect(header.a).toEqual({ dtype: 'I32', shape: [], data_offsets: [0, 4] });
    expect(bytes.length).toBe(8 + length + 4);
  });

  it.each([
    ['is empty', new Uint8Array(0), 'shorter than its header length'],
    ['lies about its header', new Uint8Array([255, 255, 255, 255, 255, 255, 0, 0, 1]), 'reaches beyond the file'],
    ['has no JSON header', new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 65, 66]), 'not JSON'],
    ['lost its end', encodeSafetensors(tensors).slice(0, -1), "tensor 'b' of shape [2, 2] does not fit"],
    ['has bytes nobody owns', Buffer.concat([encodeSafetensors(tensors), new Uint8Array(4)]), 'the file at'],
    ['has tensors that share bytes', file({ a: f32(0, 4), b: f32(0, 4) }, 4), "tensor 'b' begins at byte 0"],
    ['has a hole', file({ a: f32(0, 4), b: f32(8, 12) }, 12), "tensor 'b' begins at byte 8"],
    ['has an absurd shape', file({ a: { ...f32(0, 4), shape: [2 ** 40, 2 ** 40] } }, 4), 'does not fit'],
    ['has an unknown dtype', file({ a: { ...f32(0, 4), dtype: 'toString' } }, 4), 'which the format does not have'],
    ['has a dtype of no checkpoint', file({ a: { ...f32(0, 4), dtype: 'U32' } }, 4), 'got U32'],
    ['has a list of tensors', file([], 0), 'not an object'],
    ['has no text as metadata', file({ __metadata__: { a: 1 } }, 0), '__metadata__'],
  ])('refuses a file that %s', (_name, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'runs/x/best.safetensors')).toThrow(message);
    expect(() => decodeSafetensors(bytes, 'runs/x/best.safetensors')).toThrow('runs/x/best.safetensors');
  });
});
