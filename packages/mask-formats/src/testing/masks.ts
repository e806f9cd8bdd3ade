import type { Mask } from '@foveate/contracts';
import fc from 'fast-check';

/** A mask drawn with characters: '#' is inside. */
export function drawn(...rows: readonly string[]): Mask {
  const [width, height] = [rows[0]!.length, rows.length];
  const data = Uint8Array.from(rows.join(''), (character) => (character === '#' ? 255 : 0));
  return { width, height, channels: 1, data };
}

/** The mask as {@link drawn} takes it. */
export function picture({ width, height, data }: Mask): readonly string[] {
  return Array.from({ length: height }, (_, row) =>
    Array.from(data.subarray(row * width, (row + 1) * width), (value) => (value === 0 ? '.' : '#')).join(''),
  );
}

/** Masks of noise and of patches. */
export const masks = fc
  .record({
    width: fc.integer({ min: 1, max: 13 }),
    height: fc.integer({ min: 1, max: 11 }),
    density: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .chain(({ width, height, density }) =>
    fc
      .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: width * height, maxLength: width * height })
      .map((values): Mask => {
        return { width, height, channels: 1, data: Uint8Array.from(values, (value) => (value < density ? 255 : 0)) };
      }),
  );
