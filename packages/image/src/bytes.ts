import { kernels } from './_kernels.js';

/** Bytes as shares of 255: 0 is 0, 255 is 1. @param into as long as `bytes` */
export function sharesOf(bytes: Uint8Array, into: Float32Array): void {
  const { length } = bytes;
  const [from = 0, shares = 0] = kernels.layOut(length, 4 * length);
  kernels.bytes(from, length).set(bytes);
  kernels.run.sharesOf(shares, from, length);
  into.set(kernels.floats(shares, length));
}
