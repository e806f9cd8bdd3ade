/**
 * Solves `matrix * x = right` by Gaussian elimination with partial pivoting.
 * @param matrix row by row
 * @returns undefined when the matrix is singular or nearly so
 */
export function solved(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const size = right.length;
  const scale = matrix.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  const rows = Array.from({ length: size }, (_, row) => [
    ...matrix.subarray(row * size, (row + 1) * size),
    right[row] as number,
  ]);
  for (let column = 0; column < size; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) => (magnitude(row, column) > magnitude(best, column) ? row : best));
    if (!(magnitude(pivot, column) > 1e-12 * scale)) return undefined;
    const at = rows.indexOf(pivot);
    [rows[at], rows[column]] = [rows[column] as number[], pivot];
    for (const row of rows.slice(column + 1)) {
      const factor = (row[column] as number) / (pivot[column] as number);
      for (let k = column; k <= size; k++) row[k] = (row[k] as number) - factor * (pivot[k] as number);
    }
  }
  const solution = new Float64Array(size);
  for (let row = size - 1; row >= 0; row--) {
    const values = rows[row] as number[];
    let sum = values[size] as number;
    for (let k = row + 1; k < size; k++) sum -= (values[k] as number) * (solution[k] as number);
    solution[row] = sum / (values[row] as number);
  }
  return solution;
}

const magnitude = (row: readonly number[], column: number): number => Math.abs(row[column] as number);
