/** Chamfer distance: two sweeps over the neighbours, with steps 1 and the root of 2. */

/** Shortens the distances of a row by way of the four neighbours already swept: those before (`step` 4) or behind (-4). */
function sweep(at: usize, count: i32, step: i32, row: i32): void {
  let last: f64 = Infinity;
  for (const end = at + count * step; at != end; at += step) {
    const above = load<f32>(at + row) as f64;
    const before = load<f32>(at + row - 4) as f64;
    const behind = load<f32>(at + row + 4) as f64;
    const straight = (last < above ? last : above) + 1;
    const diagonal = (before < behind ? before : behind) + Math.SQRT2;
    const way = straight < diagonal ? straight : diagonal;
    const known = load<f32>(at) as f64;
    // As it is stored: the next pixel's distance counts from a float of single precision.
    const value = (known < way ? known : way) as f32;
    last = value as f64;
    store<f32>(at, value);
  }
}

/**
 * Distances of all pixels from those inside a mask.
 * @param framed room for (width + 2) x (height + 2) floats: a frame of infinite distance spares asking whether a neighbour exists
 */
export function chamferDistance(into: usize, from: usize, framed: usize, width: i32, height: i32): void {
  const stride: i32 = 4 * (width + 2);
  const first = framed + stride + 4;
  for (let at = framed, end = framed + stride * (height + 2); at < end; at += 4) store<f32>(at, Infinity);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, from++) if (load<u8>(from) != 0) store<f32>(first + y * stride + 4 * x, 0);
  }
  for (let y = 0; y < height; y++) sweep(first + y * stride, width, 4, -stride);
  for (let y = height - 1; y >= 0; y--) sweep(first + y * stride + 4 * (width - 1), width, -4, stride);
  for (let y = 0; y < height; y++, into += 4 * width) memory.copy(into, first + y * stride, 4 * width);
}
