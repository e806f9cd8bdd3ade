/** Bytes to the floats that networks take, and masks to bits. */

/** Bytes to shares of 255, four at a time; reads and writes up to three beyond the end. */
export function bytesToUnitFloats(into: usize, from: usize, count: i32): void {
  const scale = f32x4.splat(255);
  for (const end = from + count; from < end; from += 4, into += 16) {
    const words = i16x8.extend_low_i8x16_u(v128.load32_zero(from));
    v128.store(into, f32x4.div(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words)), scale));
  }
}
