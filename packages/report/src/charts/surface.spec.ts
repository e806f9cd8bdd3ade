import { describe, expect, it } from '@jest/globals';
import { filteredGrid, flatGrid, gridOf, surface } from './surface.js';

describe('grids', () => {
  it('are means of blocks, scaled to a maximum of 1', () => {
    const data = [0, 0, 4, 4, 0, 0, 4, 4, 8, 8, 2, 0];
    // Three rows are divided into one and two: the lower blocks are (0 + 0 + 8 + 8) / 4 and (4 + 4 + 2 + 0) / 4.
    expect(gridOf({ width: 4, height: 3, channels: 1, data }, 2)).toEqual([
      [0, 1],
      [1, 0.625],
    ]);
  });

  it('are never divided by nothing', () => {
    expect(gridOf({ width: 1, height: 1, channels: 3, data: [0, 0, 0] }, 20)).toEqual([[0]]);
    expect(filteredGrid([[0]])).toEqual([[0]]);
  });

  it('are filtered with nine halves', () => {
    // Sums of 3x3 neighbours of a single 1 are all 1/2, which is then the maximum.
    expect(filteredGrid([[1, 0, 0, 0]])).toEqual([[1, 1, 0, 0]]);
  });
});

describe('surface', () => {
  it('draws the cells between values, from the back to the front', () => {
    const { text } = surface([[0, 0], [0, 1]], 'heat'); // prettier-ignore
    const [corners] = [...text.matchAll(/points="([^"]+)"/g)].map(([, points]) => points);
    // The corner in front is 80 higher than it would be flat.
    expect(corners).toBe('12,80 18,83 12,6 6,83');
    expect(flatGrid([[0, 0], [0, 1]], 'heat').text.match(/<rect/g)).toHaveLength(4); // prettier-ignore
  });
});
