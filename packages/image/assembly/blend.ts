/** Blending: v' = under + cover (over + shift - under), a cover for each pixel. */

/** Rounded and cut to [0, 255]. */
function blended(below: u8, above: u8, share: f64, shift: f64): u8 {
  const base = below as f64;
  const value = base + share * ((above as f64) + shift - base) + 0.5;
  return min<f64>(255, max<f64>(0, value)) as u8;
}

/** Of three channels. `into` holds the image below, and gets the result. */
export function blendColour(
  into: usize,
  over: usize,
  cover: usize,
  pixels: i32,
  red: f64,
  green: f64,
  blue: f64,
): void {
  const plain = red == 0 && green == 0 && blue == 0;
  for (const end = into + 3 * pixels; into < end; into += 3, over += 3, cover += 4) {
    const share = load<f32>(cover) as f64;
    if (share == 0) continue;
    // Most pixels are one image's or the other's.
    if (share == 1 && plain) {
      store<u16>(into, load<u16>(over));
      store<u8>(into, load<u8>(over, 2), 2);
      continue;
    }
    store<u8>(into, blended(load<u8>(into), load<u8>(over), share, red));
    store<u8>(into, blended(load<u8>(into, 1), load<u8>(over, 1), share, green), 1);
    store<u8>(into, blended(load<u8>(into, 2), load<u8>(over, 2), share, blue), 2);
  }
}
