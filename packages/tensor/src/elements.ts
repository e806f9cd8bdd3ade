/** Numbers as files store them, turned into what tensors hold. */

/** Element types whose values a tensor can hold: floating point as float32, int32 as it is. */
export type ElementType = 'float64' | 'float32' | 'float16' | 'bfloat16' | 'int32';

/** Bytes of one element. */
export const elementBytes: Readonly<Record<ElementType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int32: 4,
};

/** Bits of the float32 with the value of IEEE 754 binary16 `half`. */
function float32BitsOf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal: shift until the leading one becomes the implicit bit of a float32.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** The values of 16-bit floating-point `words`, whose float32 bits `bitsOf` gives. */
function widen(words: Uint16Array, bitsOf: (word: number) => number): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(words.length);
  for (let i = 0; i < words.length; i++) bits[i] = bitsOf(words[i] as number);
  return new Float32Array(bits.buffer);
}

/**
 * Little-endian elements as float32 (rounded from float64) or int32, always a copy.
 * @param bytes a multiple of {@link elementBytes}; any alignment
 */
export function decodeElements(type: ElementType, bytes: Uint8Array): Float32Array | Int32Array {
  // Values of a file need not be aligned in memory. Not slice: on a Buffer it is a view.
  const buffer = Uint8Array.from(bytes).buffer;
  switch (type) {
    case 'float32':
      return new Float32Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'float64':
      return Float32Array.from(new Float64Array(buffer));
    case 'float16':
      return widen(new Uint16Array(buffer), float32BitsOf);
    case 'bfloat16':
      return widen(new Uint16Array(buffer), (word) => word << 16);
  }
}
