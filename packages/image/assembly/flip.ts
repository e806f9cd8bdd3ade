/** Rows mirrored left to right. */

/** Of three channels: five pixels at a time. Reads a byte before the source and writes one beyond the result. */
export function mirrorColour(into: usize, from: usize, width: i32, height: i32): void {
  const order = i8x16(13, 14, 15, 10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3, 0);
  const row = 3 * width;
  for (let y = 0; y < height; y++, into += row, from += row) {
    let at = from + row;
    let to = into;
    for (const last = into + row - 15; to <= last; to += 15, at -= 15) {
      v128.store(to, i8x16.swizzle(v128.load(at - 16), order));
    }
    for (const end = into + row; to < end; to += 3, at -= 3) {
      store<u16>(to, load<u16>(at - 3));
      store<u8>(to, load<u8>(at - 1), 2);
    }
  }
}

/** Of one channel: sixteen pixels at a time. */
export function mirrorGrey(into: usize, from: usize, width: i32, height: i32): void {
  const order = i8x16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  for (let y = 0; y < height; y++, into += width, from += width) {
    let at = from + width;
    let to = into;
    for (const last = into + width - 16; to <= last; to += 16, at -= 16) {
      v128.store(to, i8x16.swizzle(v128.load(at - 16), order));
    }
    for (const end = into + width; to < end; to++, at--) store<u8>(to, load<u8>(at - 1));
  }
}
