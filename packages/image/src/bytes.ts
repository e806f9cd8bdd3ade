import { kernels } from './_kernels.js';

/** At once: little enough for the memory of the kernels to stay small and in the processor's cache. */
const chunk = 98_304;

/** Bytes as shares of 255: 0 is 0, 255 is 1. @param into as long as `bytes` */
export function bytesToUnitFloats(bytes: Uint8Array, into: Float32Array): void {
  const [from = 0, shares = 0] = kernels.layOut(chunk, 4 * chunk);
  for (let start = 0; start < bytes.length; start += chunk) {
    const part = bytes.subarray(start, start + chunk);
    kernels.bytes(from, part.length).set(part);
    kernels.run.bytesToUnitFloats(shares, from, part.length);
    into.set(kernels.floats(shares, part.length), start);
  }
}
