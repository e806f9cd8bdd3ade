/** A small grid of values as a picture from above and as a surface seen from one corner. */
import { interpolateInferno } from 'd3-scale-chromatic';
import { html, type Markup } from '../html.js';

/** Values in [0, 1] in rows, as many columns in each. */
export type Grid = readonly (readonly number[])[];

/** Half the width and height of a cell seen from the corner, and the height of the value 1, in units of the drawing. */
const [halfWidth, halfHeight, tall] = [6, 3, 80];

/** Side of a cell seen from above. */
const side = 6;

const colour = (value: number) => interpolateInferno(Math.min(1, Math.max(0, value)));

const at = (value: number) => String(Math.round(value * 10) / 10);

/** The grid from above: a square for each value. */
export function flatGrid(grid: Grid, title: string): Markup {
  const columns = grid[0]?.length ?? 0;
  const cells = grid.flatMap((row, y) =>
    row.map(
      (value, x) =>
        html`<rect x="${x * side}" y="${y * side}" width="${side}" height="${side}" fill="${colour(value)}" />`,
    ),
  );
  return html`<svg
    class="picture"
    viewBox="0 0 ${columns * side} ${grid.length * side}"
    shape-rendering="crispEdges"
    role="img"
    aria-label="${title}"
  >
    ${cells}
  </svg>`;
}

/** The grid as a surface: the first row is at the back, heights are the values. */
export function surface(grid: Grid, title: string): Markup {
  const [rows, columns] = [grid.length, grid[0]?.length ?? 0];
  const value = (y: number, x: number) => grid[Math.min(y, rows - 1)]?.[Math.min(x, columns - 1)] ?? 0;
  const point = (y: number, x: number) =>
    `${at((x - y) * halfWidth + rows * halfWidth)},${at((x + y) * halfHeight - value(y, x) * tall + tall)}`;
  const cells: Markup[] = [];
  // From the back to the front, so that what is in front hides what is behind.
  for (let sum = 0; sum < rows + columns - 3; sum++) {
    for (let y = Math.max(0, sum - columns + 2); y <= Math.min(sum, rows - 2); y++) {
      const x = sum - y;
      const corners = [point(y, x), point(y, x + 1), point(y + 1, x + 1), point(y + 1, x)];
      const mean = (value(y, x) + value(y, x + 1) + value(y + 1, x + 1) + value(y + 1, x)) / 4;
      cells.push(
        html`<polygon
          points="${corners.join(' ')}"
          fill="${colour(mean)}"
          stroke="${colour(mean)}"
          stroke-width="0.4"
        />`,
      );
    }
  }
  const width = (rows + columns) * halfWidth;
  const height = (rows + columns) * halfHeight + tall;
  return html`<svg class="picture surface" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
    ${cells}
  </svg>`;
}

/** Means of blocks of a grey image: a grid with at most so many values to a side, scaled to a maximum of 1. */
export function gridOf(
  {
    width,
    height,
    channels,
    data,
  }: { readonly width: number; readonly height: number; readonly channels: number; readonly data: ArrayLike<number> },
  most: number,
): Grid {
  const [columns, rows] = [Math.min(width, most), Math.min(height, most)];
  const block = (y: number, x: number) => {
    const [top, bottom] = [y, y + 1].map((edge) => Math.floor((edge * height) / rows)) as [number, number];
    const [left, right] = [x, x + 1].map((edge) => Math.floor((edge * width) / columns)) as [number, number];
    let sum = 0;
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) sum += data[(row * width + column) * channels] as number;
    }
    return sum / ((bottom - top) * (right - left));
  };
  const grid = Array.from({ length: rows }, (_, y) => Array.from({ length: columns }, (_, x) => block(y, x)));
  const highest = Math.max(...grid.flat());
  return highest === 0 ? grid : grid.map((row) => row.map((value) => value / highest));
}

/**
 * The mask that CEOD compares heat with: each value the sum of nine around it, of which each counts a half, so that the border is
 * gradual; scaled to a maximum of 1 to be drawn.
 */
export function filteredGrid(grid: Grid): Grid {
  const near = [-1, 0, 1];
  const sums = grid.map((row, y) =>
    row.map((_, x) =>
      near.reduce((sum, dy) => sum + near.reduce((all, dx) => all + (grid[y + dy]?.[x + dx] ?? 0) / 2, 0), 0),
    ),
  );
  const highest = Math.max(...sums.flat());
  return highest === 0 ? sums : sums.map((row) => row.map((value) => value / highest));
}
