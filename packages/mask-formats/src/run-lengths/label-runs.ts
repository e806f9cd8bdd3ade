/** Images of labels to run lengths. */
import type { Runs } from '../model.js';

/** Numbers by pixel, row by row. */
interface Numbers {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/**
 * Where each number is, as run lengths; in one sweep, however many numbers there are.
 * @returns runs by number, in order of appearance; 0 is the background
 */
export function runsByNumber({ width, height, data }: Numbers): ReadonlyMap<number, Runs> {
  const found = new Map<number, { readonly lengths: number[]; end: number }>();
  const pixels = width * height;
  for (let at = 0; at < pixels;) {
    const value = data[at] ?? 0;
    let end = at + 1;
    while (end < pixels && data[end] === value) end++;
    if (value !== 0) {
      let runs = found.get(value);
      if (runs === undefined) {
        runs = { lengths: [], end: 0 };
        found.set(value, runs);
      }
      runs.lengths.push(at - runs.end, end - at);
      runs.end = end;
    }
    at = end;
  }
  return new Map(
    [...found].map(([value, { lengths, end }]) => {
      const all = end < pixels ? [...lengths, pixels - end] : lengths;
      return [value, { kind: 'runs', left: 0, top: 0, width, height, by: 'row', lengths: all }];
    }),
  );
}
