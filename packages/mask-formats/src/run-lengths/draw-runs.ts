/** Run lengths to pixels and back. */
import { fail, type Mask } from '@foveate/contracts';
import type { Runs } from '../model.js';

/**
 * Draws the inside of a box of run lengths into a mask; what leaves the mask is cut off.
 * @throws FoveateError `DATA_INVALID` (reason `runs-damaged`) when they do not fill the box
 */
export function drawRuns({ width, height, data }: Mask, runs: Runs): void {
  checkRuns(runs);
  const byRow = runs.by === 'row';
  const line = byRow ? runs.width : runs.height;
  let at = 0;
  let inside = false;
  for (const length of runs.lengths) {
    const end = at + length;
    if (inside) {
      for (let pixel = at; pixel < end; pixel++) {
        const along = pixel % line;
        const across = (pixel - along) / line;
        const x = runs.left + (byRow ? along : across);
        const y = runs.top + (byRow ? across : along);
        if (x >= 0 && y >= 0 && x < width && y < height) data[y * width + x] = 255;
      }
    }
    at = end;
    inside = !inside;
  }
}

/** Pixels of a box at most. */
const mostPixels = 1e8;

/**
 * @throws FoveateError `DATA_INVALID` (reason `runs-damaged`) when run lengths do not fill their box, or it is none of whole
 * pixels
 */
export function checkRuns({ lengths, left, top, width, height }: Runs): void {
  if (
    ![left, top, width, height].every(Number.isSafeInteger) ||
    width < 1 ||
    height < 1 ||
    width * height > mostPixels
  ) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'The box of run lengths cannot be',
      expected: `whole numbers, and 1 to ${mostPixels} pixels`,
      got: `${width}x${height} at ${left}, ${top}`,
      reason: 'runs-damaged',
    });
  }
  let sum = 0;
  for (const length of lengths) {
    if (!Number.isSafeInteger(length) || length < 0) sum = NaN;
    sum += length;
  }
  if (sum === width * height) return;
  throw fail({
    code: 'DATA_INVALID',
    what: 'Run lengths do not fill their box',
    expected: `${width * height} pixels of ${width}x${height}`,
    got: Number.isNaN(sum) ? 'lengths that are no whole numbers' : `${sum} pixels`,
    reason: 'runs-damaged',
  });
}

/** The inside of a mask as run lengths of the whole mask. */
export function runsOf({ width, height, data }: Mask, by: Runs['by'] = 'row'): Runs {
  const lengths: number[] = [];
  let [inside, length] = [0, 0];
  const [lines, line] = by === 'row' ? [height, width] : [width, height];
  const [stride, step] = by === 'row' ? [width, 1] : [1, width];
  for (let across = 0; across < lines; across++) {
    for (let along = 0, at = across * stride; along < line; along++, at += step) {
      const value = data[at] === 0 ? 0 : 1;
      if (value !== inside) {
        lengths.push(length);
        [inside, length] = [value, 0];
      }
      length++;
    }
  }
  lengths.push(length);
  return { kind: 'runs', left: 0, top: 0, width, height, by, lengths };
}
