/** Noise: v' = v + deviate * spread[v], the deviates drawn by a hash of the pixel's number. */

/** As hash32 in src/hash.ts, of four positions. */
function hash(seed: v128, h: v128): v128 {
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(0x21f0aaad));
  h = i32x4.add(h, seed);
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.splat(0x735a2d97));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(0x21f0aaad));
  return v128.xor(h, i32x4.shr_u(h, 15));
}

/** The value with noise, rounded to even and cut to [0, 255]. */
function noisy(value: u32, deviates: usize, number: u32, spread: usize): u8 {
  const sum = (value as f32) + load<f32>(deviates + (number << 2)) * load<f32>(spread + (value << 2));
  return min<f32>(255, max<f32>(0, nearest<f32>(sum))) as u8;
}

/**
 * Four pixels at a time; reads and writes up to three beyond the end.
 * @param deviates 1024 floats; ten bits of the hash choose for each channel
 * @param spread 256 floats
 */
export function addNoise(
  into: usize,
  from: usize,
  channels: i32,
  pixels: i32,
  seed: i32,
  deviates: usize,
  spread: usize,
): void {
  const seeds = i32x4.splat(seed);
  let positions = i32x4(0, 1, 2, 3);
  for (let pixel = 0; pixel < pixels; pixel += 4) {
    let bits = hash(seeds, positions);
    positions = i32x4.add(positions, i32x4.splat(4));
    for (let lane = 0; lane < 4; lane++) {
      let number = i32x4.extract_lane(bits, 0) as u32;
      bits = v128.shuffle<i32>(bits, bits, 1, 2, 3, 0);
      for (let channel = 0; channel < channels; channel++, into++, from++, number >>= 10) {
        store<u8>(into, noisy(load<u8>(from), deviates, number & 1023, spread));
      }
    }
  }
}
