/** Light: v' = towards + factor (v - towards), a factor for each pixel. */

/** Four floats to bytes in the lower half, rounded to even and cut to [0, 255]. */
function bytesOf(values: v128): v128 {
  const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(values));
  const words = i16x8.narrow_i32x4_s(whole, whole);
  return i8x16.narrow_i16x8_u(words, words);
}

/**
 * Of three channels, four pixels at a time. Reads up to 13 bytes of the image and three factors beyond the ends, and writes
 * up to nine bytes.
 */
export function lightColour(into: usize, from: usize, factors: usize, pixels: i32, towards: f32): void {
  const black = f32x4.splat(towards);
  for (const end = into + 3 * pixels; into < end; into += 12, from += 12, factors += 16) {
    const four = v128.load(factors);
    const bytes = v128.load(from);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const a = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low));
    const b = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low));
    const c = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_high_i8x16_u(bytes)));
    const litA = f32x4.add(black, f32x4.mul(v128.shuffle<i32>(four, four, 0, 0, 0, 1), f32x4.sub(a, black)));
    const litB = f32x4.add(black, f32x4.mul(v128.shuffle<i32>(four, four, 1, 1, 2, 2), f32x4.sub(b, black)));
    const litC = f32x4.add(black, f32x4.mul(v128.shuffle<i32>(four, four, 2, 3, 3, 3), f32x4.sub(c, black)));
    store<i32>(into, i32x4.extract_lane(bytesOf(litA), 0));
    store<i32>(into, i32x4.extract_lane(bytesOf(litB), 0), 4);
    store<i32>(into, i32x4.extract_lane(bytesOf(litC), 0), 8);
  }
}

/** Of one channel, four pixels at a time. Reads and writes up to three pixels beyond the end. */
export function lightGrey(into: usize, from: usize, factors: usize, pixels: i32, towards: f32): void {
  const black = f32x4.splat(towards);
  for (const end = into + pixels; into < end; into += 4, from += 4, factors += 16) {
    const words = i16x8.extend_low_i8x16_u(v128.load32_zero(from));
    const values = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words));
    const lit = f32x4.add(black, f32x4.mul(v128.load(factors), f32x4.sub(values, black)));
    store<i32>(into, i32x4.extract_lane(bytesOf(lit), 0));
  }
}
