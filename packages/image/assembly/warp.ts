/**
 * Where pixels come from, and bringing them from there. Places are pairs of doubles, x then y, one for each pixel of a row.
 * A sampling has eight bytes a pixel: the number of the source pixel up and left of the place (-1: nothing), then how far
 * right and how far down of it, in 1/256 pixel, 0 to 256.
 */

/** What lies beyond the edge; 2 is the nearest pixel. */
const constant = 0;
const reflect = 1;

/** The coordinate mirrored into [-0.5, size - 0.5], again and again if need be. */
function reflected(value: f64, size: f64): f64 {
  let wrapped = abs(value + 0.5);
  if (wrapped >= 2 * size) wrapped %= 2 * size;
  return min(wrapped, 2 * size - wrapped) - 0.5;
}

/** The place within the image that a place beyond its edge stands for; below -0.5 in x: nothing. */
function beyond(place: v128, last: v128, border: i32): v128 {
  const half = f64x2.splat(0.5);
  const outside = v128.or(f64x2.lt(place, f64x2.neg(half)), f64x2.gt(place, f64x2.add(last, half)));
  if (border == constant && v128.any_true(outside)) return f64x2.splat(-1);
  if (border == reflect) {
    const x = reflected(f64x2.extract_lane(place, 0), f64x2.extract_lane(last, 0) + 1);
    const y = reflected(f64x2.extract_lane(place, 1), f64x2.extract_lane(last, 1) + 1);
    place = f64x2.replace_lane(f64x2.splat(x), 1, y);
  }
  return f64x2.min(last, f64x2.max(place, f64x2.splat(0)));
}

/** Places of the pixels (0, y) to (width - 1, y) under a homography with the rows a b c, d e f and g h i. */
export function placesOfRow(
  into: usize,
  width: i32,
  y: f64,
  a: f64,
  b: f64,
  c: f64,
  d: f64,
  e: f64,
  f: f64,
  g: f64,
  h: f64,
  i: f64,
): void {
  const step = f64x2.replace_lane(f64x2.splat(a), 1, d);
  const start = f64x2.replace_lane(f64x2.splat(b * y + c), 1, e * y + f);
  const affine = g == 0 && h == 0 && i == 1;
  for (let column = 0; column < width; column++, into += 16) {
    const x = column as f64;
    const place = f64x2.add(f64x2.mul(step, f64x2.splat(x)), start);
    v128.store(into, affine ? place : f64x2.mul(place, f64x2.splat(1 / (g * x + h * y + i))));
  }
}

/** The sampling of one row from its places. */
export function sampleRow(into: usize, places: usize, width: i32, height: i32, border: i32): void {
  const zero = f64x2.splat(0);
  const last = f64x2.replace_lane(f64x2.splat((width - 1) as f64), 1, (height - 1) as f64);
  // The pixel up and left of a place on the last column is in the column before, all the way to its right.
  const lastLeft = max(0, width - 2);
  const lastTop = max(0, height - 2);
  for (const end = into + 8 * width; into < end; into += 8, places += 16) {
    let place = v128.load(places);
    if (v128.any_true(v128.or(f64x2.lt(place, zero), f64x2.gt(place, last)))) {
      place = beyond(place, last, border);
      if (f64x2.extract_lane(place, 0) < -0.5) {
        store<i32>(into, -1);
        continue;
      }
    }
    // In 1/256 pixel; nothing is negative here, so that cutting off is rounding down.
    const fine = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(f64x2.mul(place, f64x2.splat(256)), f64x2.splat(0.5)));
    const u = i32x4.extract_lane(fine, 0);
    const v = i32x4.extract_lane(fine, 1);
    const left = min(u >> 8, lastLeft);
    const top = min(v >> 8, lastTop);
    store<i32>(into, top * width + left);
    store<i32>(into, (u - (left << 8)) | ((v - (top << 8)) << 16), 4);
  }
}

/**
 * The pixels of an image of three channels that a sampling names, bilinear. Reads up to a row and two bytes beyond the
 * source, which weigh nothing, and writes a byte beyond the result.
 */
export function interpolateColour(into: usize, from: usize, sampling: usize, width: i32, pixels: i32): void {
  const row = 3 * width;
  for (const end = sampling + 8 * pixels; sampling < end; sampling += 8, into += 3) {
    const corner = load<i32>(sampling);
    if (corner < 0) {
      store<u16>(into, 0);
      store<u8>(into, 0, 2);
      continue;
    }
    const right = load<u16>(sampling, 4) as i32;
    const down = load<u16>(sampling, 6) as i32;
    const at = from + 3 * corner;
    // Both pixels of a row, channel beside channel, times how near the place is to each.
    const pairs = i8x16(0, 3, 1, 4, 2, 5, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16);
    const across = i32x4.splat((256 - right) | (right << 16));
    const top = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(i8x16.swizzle(v128.load64_zero(at), pairs)), across);
    const bottom = i32x4.dot_i16x8_s(
      i16x8.extend_low_i8x16_u(i8x16.swizzle(v128.load64_zero(at + row), pairs)),
      across,
    );
    const sum = i32x4.add(i32x4.mul(top, i32x4.splat(256 - down)), i32x4.mul(bottom, i32x4.splat(down)));
    // The third byte of each sum is the value, rounded.
    const values = i8x16.swizzle(
      i32x4.add(sum, i32x4.splat(32768)),
      i8x16(2, 6, 10, 14, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16),
    );
    store<i32>(into, i32x4.extract_lane(values, 0));
  }
}

/** As {@link interpolateColour}, of one channel. Reads up to a row and a byte beyond the source. */
export function interpolateGrey(into: usize, from: usize, sampling: usize, width: i32, pixels: i32): void {
  for (const end = into + pixels; into < end; into++, sampling += 8) {
    const corner = load<i32>(sampling);
    if (corner < 0) {
      store<u8>(into, 0);
      continue;
    }
    const right = load<u16>(sampling, 4) as i32;
    const down = load<u16>(sampling, 6) as i32;
    const at = from + corner;
    const top = load<u8>(at) * (256 - right) + load<u8>(at, 1) * right;
    const bottom = load<u8>(at + width) * (256 - right) + load<u8>(at + width, 1) * right;
    store<u8>(into, (top * (256 - down) + bottom * down + 32768) >> 16);
  }
}

/** The pixels of a mask that a sampling names, nearest neighbour. */
export function gather(into: usize, from: usize, sampling: usize, width: i32, pixels: i32): void {
  for (const end = into + pixels; into < end; into++, sampling += 8) {
    const corner = load<i32>(sampling);
    if (corner < 0) {
      store<u8>(into, 0);
      continue;
    }
    // Half a pixel and more on is the next; by arithmetic, as the processor could not guess a branch.
    const column = ((load<u16>(sampling, 4) as i32) + 128) >> 8;
    const row = ((load<u16>(sampling, 6) as i32) + 128) >> 8;
    store<u8>(into, load<u8>(from + corner + column + row * width));
  }
}
