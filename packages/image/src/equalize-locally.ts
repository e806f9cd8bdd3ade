import type { Raster } from '@foveate/contracts';

/** The tone curve that equalises a tile, 256 values; its slope is cut, and what is cut off spread over all levels. */
function curveOf({ width, data }: Raster, [left, top, right, bottom]: readonly number[], gain: number): Float32Array {
  const histogram = new Float32Array(256);
  for (let y = top as number; y < (bottom as number); y++) {
    for (let at = y * width + (left as number), end = y * width + (right as number); at < end; at++) {
      histogram[data[at] as number] = (histogram[data[at] as number] as number) + 1;
    }
  }
  const count = ((right as number) - (left as number)) * ((bottom as number) - (top as number));
  const limit = (gain * count) / 256;
  const excess = histogram.reduce((sum, entries) => sum + Math.max(0, entries - limit), 0);
  let below = 0;
  return histogram.map((entries) => {
    const here = Math.min(limit, entries) + excess / 256;
    // The middle of the level's own entries: an even histogram is left as it is.
    below += here;
    return (255 * (below - here / 2)) / count;
  });
}

/** Where rows or columns lie between the middles of tiles: the tile before, and how far on to the next. */
function between(
  size: number,
  tiles: number,
): readonly { readonly before: number; readonly after: number; readonly share: number }[] {
  return Array.from({ length: size }, (_, i) => {
    const place = Math.min(tiles - 1, Math.max(0, ((i + 0.5) * tiles) / size - 0.5));
    const before = Math.floor(place);
    return { before, after: Math.min(tiles - 1, before + 1), share: place - before };
  });
}

/**
 * Contrast limited adaptive histogram equalisation of a grey raster (Zuiderveld, "Contrast limited adaptive histogram
 * equalization", Graphics Gems IV, 1994): a tone curve for each tile, interpolated between their middles. (That of
 * libvips limits counts, so that its strength depends on the window, and takes ten times as long.)
 * @param tiles columns and rows of tiles; no more than the raster has pixels either way
 * @param gain largest gain of contrast by equalisation, 1 or more; spreading what was cut off adds less than 1
 */
export function equalizeLocally(raster: Raster, tiles: readonly [columns: number, rows: number], gain: number): Raster {
  const { width, height, data } = raster;
  const [columns, rows] = tiles;
  const edge = (index: number, size: number, count: number) => Math.round((index * size) / count);
  const curves = Array.from({ length: rows * columns }, (_, tile) => {
    const [column, row] = [tile % columns, Math.floor(tile / columns)];
    const [left, right] = [edge(column, width, columns), edge(column + 1, width, columns)];
    return curveOf(raster, [left, edge(row, height, rows), right, edge(row + 1, height, rows)], gain);
  });
  const [across, down] = [between(width, columns), between(height, rows)];
  const result = new Uint8ClampedArray(data.length);
  for (const [y, { before: above, after: below, share: v }] of down.entries()) {
    for (let x = 0; x < width; x++) {
      const { before, after, share: u } = across[x] as (typeof across)[number];
      const value = data[y * width + x] as number;
      const at = (row: number, column: number) => (curves[row * columns + column] as Float32Array)[value] as number;
      const upper = (1 - u) * at(above, before) + u * at(above, after);
      const lower = (1 - u) * at(below, before) + u * at(below, after);
      result[y * width + x] = (1 - v) * upper + v * lower;
    }
  }
  return { ...raster, data: new Uint8Array(result.buffer) };
}
