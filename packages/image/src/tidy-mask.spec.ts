import { describe, expect, it } from '@jest/globals';
import type { Mask } from '@foveate/contracts';
import { keepParts, majority, withoutHoles } from './index.js';

/** A mask drawn in rows, `#` inside. */
function drawn(...rows: string[]): Mask {
  const data = Uint8Array.from(rows.join(''), (sign) => (sign === '#' ? 255 : 0));
  return { width: rows[0]!.length, height: rows.length, channels: 1, data };
}

const rowsOf = ({ width, height, data }: Mask): string[] =>
  Array.from({ length: height }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), (value) => (value === 255 ? '#' : '.')).join(''),
  );

describe('withoutHoles', () => {
  it('fills what is enclosed, also by corners that touch, and nothing that reaches the border', () => {
    const mask = drawn('.####..', '.#..#.#', '.####.#', '..#....', '.#.#..#', '..#...#');
    expect(rowsOf(withoutHoles(mask))).toEqual(['.####..', '.####.#', '.####.#', '..#....', '.###..#', '..#...#']);
  });

  it('leaves full, empty and one-pixel masks alone', () => {
    for (const mask of [drawn('##', '##'), drawn('..', '..'), drawn('#'), drawn('.')]) {
      expect(withoutHoles(mask)).toEqual(mask);
    }
  });
});

describe('keepParts', () => {
  const mask = drawn('##...#', '#..#..', '....#.', '......');

  it('keeps the largest, diagonals hanging together', () => {
    expect(rowsOf(keepParts(mask, { largest: 1, least: 0 }))).toEqual(['##....', '#.....', '......', '......']);
    expect(rowsOf(keepParts(mask, { largest: 2, least: 0 }))).toEqual(['##....', '#..#..', '....#.', '......']);
  });

  it('leaves out what is too small', () => {
    expect(rowsOf(keepParts(mask, { largest: Infinity, least: 2 }))).toEqual(['##....', '#..#..', '....#.', '......']);
    expect(keepParts(mask, { largest: Infinity, least: 4 }).data.includes(255)).toBe(false);
  });
});

describe('majority', () => {
  it('takes spikes away and closes notches', () => {
    const mask = drawn('......', '.####.', '.#.##.', '.####.', '......', '.....#');
    expect(rowsOf(majority(mask, 1))).toEqual(['......', '..##..', '.####.', '..##..', '......', '......']);
  });

  it('stays as it is at a tie and without reach', () => {
    const mask = drawn('#.', '#.');
    expect(majority(mask, 1)).toEqual(mask);
    expect(majority(drawn('#.#'), 0)).toEqual(drawn('#.#'));
  });
});
