/** How far two computations of the same outputs are apart. */
import type { HostTensors } from '@foveate/contracts';
import type { Precision } from './export-parts.js';

/** Largest relative differences that rounding explains, see {@link largestDifferences}. */
export const tolerances: Readonly<Record<Precision, number>> = { float32: 1e-4, float16: 5e-2 };

/** Outputs below this in all places are compared as if this were their largest value. */
const floor = 1e-3;

/**
 * For each output the largest absolute difference, as a share of the largest absolute value expected (or of 0.001, where
 * that is larger). Infinite for an output that is missing, has another shape or is not a number.
 */
export function largestDifferences(expected: HostTensors, got: HostTensors): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(expected).map(([name, { data, shape }]) => {
      const other = got[name];
      if (other?.shape.join() !== shape.join()) return [name, Infinity];
      let largest = 0;
      let difference = 0;
      data.forEach((value, index) => {
        const distance = Math.abs(value - (other.data[index] ?? Number.NaN));
        largest = Math.max(largest, Math.abs(value));
        difference = Math.max(difference, Number.isNaN(distance) ? Infinity : distance);
      });
      return [name, difference / Math.max(largest, floor)];
    }),
  );
}
