import { describe, expect, it } from '@jest/globals';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

const tensors = {
  b: { dtype: 'float32' as const, shape: [2, 2], data: new Float32Array([1, -2, 3.5, Number.NaN]) },
  a: { dtype: 'int32' as const, shape: [], data: new Int32Array([7]) },
};

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
  ])('refuses a file that %s', (_name, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'runs/x/best.safetensors')).toThrow(message);
    expect(() => decodeSafetensors(bytes, 'runs/x/best.safetensors')).toThrow('runs/x/best.safetensors');
  });
});
