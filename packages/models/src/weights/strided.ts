/**
 * Visits the elements of a strided array in row-major order.
 * @param strides elements between neighbours along each axis
 * @param visit gets where an element lies, and its place in row-major order
 */
export function forEachStrided(
  shape: readonly number[],
  strides: readonly number[],
  visit: (from: number, to: number) => void,
): void {
  const count = shape.reduce((product, size) => product * size, 1);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < count; to++) {
    visit(from, to);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [size, stride] = [shape[axis] as number, strides[axis] as number];
      const next = (index[axis] as number) + 1;
      from += stride;
      index[axis] = next;
      if (next < size) break;
      from -= stride * size;
      index[axis] = 0;
    }
  }
}
