import { describe, expect, it } from '@jest/globals';
import { Depths } from './depth.js';

function found(values: readonly number[], range: readonly [number, number] = [0, 65535]) {
  const depths = new Depths();
  depths.add(undefined);
  for (const highest of values) depths.add({ highest, range });
  return depths.found;
}

describe('the depth of images', () => {
  it('is nothing to speak of where all have 8 bits', () => {
    expect(found([])).toBeUndefined();
  });

  it('is good where enough grey levels are left', () => {
    expect(found([65535, 40000, 900])).toEqual({ images: 3, highest: 65535, range: [0, 65535], warning: undefined });
    expect(found([1023, 800], [0, 1023])?.warning).toBeUndefined();
  });

  it.each([
    [255, '[0, 255]'],
    [818, '[0, 1023]'],
    [4095, '[0, 4095]'],
    [16383, '[0, 16383]'],
  ])('is warned of where no value exceeds %d, with the range to set', (highest, range) => {
    expect(found([highest, 10])?.warning).toContain(`Set valueRange: ${range}`);
    expect(found([highest, 10, 65535])?.warning).toContain('2 of 3 images');
  });

  it('is warned of where values are cut off', () => {
    expect(found([1023, 1024], [0, 1023])?.warning).toMatch(/1 of 2 images .*above 1023.*valueRange: \[0, 4095\]/);
  });
});
