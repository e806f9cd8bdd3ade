import sharp from 'sharp';

// A data set is read once per epoch: the operation cache of libvips would only hold memory.
sharp.cache(false);

export { sharp };

/** A Uint8Array over the same bytes: a Buffer would print, slice and compare in its own way. */
export function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** The system's error code, for example `ENOENT`. By shape, not instanceof: errors may come from another realm. */
export function systemCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
