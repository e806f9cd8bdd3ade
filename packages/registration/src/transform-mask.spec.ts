import { describe, expect, it } from '@jest/globals';
import type { Mask } from '@foveate/contracts';
import { transformMask } from './index.js';

const still = { angle: 0, scale: 1, dx: 0, dy: 0 };
const mask = (...rows: readonly string[]): Mask => ({
  width: rows[0]!.length,
  height: rows.length,
  channels: 1,
  data: Uint8Array.from(rows.join(''), (pixel) => (pixel === '#' ? 255 : 0)),
});
const picture = ({ width, height, data }: Mask): string[] =>
  Array.from({ length: height }, (_, y) =>
    [...data.slice(y * width, (y + 1) * width)].map((value) => (value === 0 ? '.' : '#')).join(''),
  );

describe('a moved mask', () => {
  const corner = mask('##..', '#...', '....', '....');

  it.each([
    ['stays', still, 4, 4, ['##..', '#...', '....', '....'], 0],
    ['is shifted and cut off', { ...still, dx: -1, dy: 2 }, 4, 4, ['....', '....', '#...', '....'], 2 / 3],
    ['is turned clockwise', { ...still, angle: 90 }, 4, 4, ['..##', '...#', '....', '....'], 0],
    ['grows about the centre', { ...still, scale: 2 }, 8, 8, ['####....', '####....', '##......', '##......', '........', '........', '........', '........'], 0], // prettier-ignore
    ['keeps its place about the centre of a wider image', still, 6, 4, ['.##...', '.#....', '......', '......'], 0],
  ])('%s', (_name, transform, width, height, rows, lost) => {
    const moved = transformMask(corner, transform, width, height);
    if (transform.scale === 1) expect(picture(moved.mask)).toEqual(rows);
    // Corners are rounded where it is interpolated.
    else expect(picture(moved.mask).filter((row, y) => row !== rows[y]).length).toBeLessThanOrEqual(2);
    expect(moved.lost).toBeCloseTo(lost, 9);
  });

  it('keeps its area when turned', () => {
    const square: Mask = { width: 100, height: 100, channels: 1, data: new Uint8Array(10_000) };
    for (let i = 0; i < 10_000; i++) if (i % 100 >= 30 && i % 100 < 70 && i >= 3000 && i < 7000) square.data[i] = 255;
    const { mask: moved, lost } = transformMask(square, { angle: 31, scale: 1, dx: 3.3, dy: -2.6 }, 100, 100);
    expect(moved.data.filter((value) => value === 255).length).toBeGreaterThan(1590);
    expect(moved.data.filter((value) => value === 255).length).toBeLessThan(1610);
    expect(lost).toBe(0);
  });

  it('of nothing loses nothing', () => {
    expect(transformMask(mask('..', '..'), { ...still, dx: 9 }, 2, 2).lost).toBe(0);
  });
});
