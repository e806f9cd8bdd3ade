import { expect, it } from '@jest/globals';
import { paintOutside } from './index.js';

/** Three pixels, the first two inside. */
const pixels = () => Uint8Array.of(10, 20, 31, 20, 40, 60, 250, 1, 7);
const inside = Uint8Array.of(255, 255, 0);

it.each([
  ['mean', [15, 30, 46]],
  ['grey', [128, 128, 128]],
  ['black', [0, 0, 0]],
] as const)('paints %s over what is outside, and leaves the inside alone', (fill, colour) => {
  const image = pixels();
  paintOutside(image, inside, fill);
  expect([...image]).toEqual([...pixels().subarray(0, 6), ...colour]);
});

it('takes grey where there is no area to have a mean colour', () => {
  const image = pixels();
  paintOutside(image, new Uint8Array(3), 'mean');
  expect([...image]).toEqual(Array(9).fill(128));
});
