import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Mask, Raster } from '@foveate/contracts';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  emptyMask,
  encodeJpeg,
  encodePng,
  fillPolygon,
  flipHorizontal,
  flipVertical,
  intersectionArea,
  maskArea,
  readImage,
  readMask,
  resize,
  resizeMask,
  shift,
  writePng,
} from './index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foveate-raster-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A mask drawn with characters, `#` inside. */
function drawn(...rows: string[]): Mask {
  const data = Uint8Array.from(rows.join(''), (character) => (character === '#' ? 255 : 0));
  return { width: rows[0]!.length, height: rows.length, channels: 1, data };
}

const picture = (mask: Mask): string[] =>
  Array.from({ length: mask.height }, (_, y) =>
    [...mask.data.slice(y * mask.width, (y + 1) * mask.width)].map((value) => (value === 0 ? '.' : '#')).join(''),
  );

const rgb: Raster = { width: 2, height: 2, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) };

describe('encoding', () => {
  it('writes a PNG that reads back the same, leaving no other file', async () => {
    const path = join(folder, 'rgb.png');
    await writePng(path, rgb);
    expect(await readImage(path)).toEqual(rgb);
    const mask = drawn('#.', '.#', '##');
    await writePng(path, mask);
    expect(await readMask(path)).toEqual(mask);
    expect(await readdir(folder)).toEqual(['rgb.png']);
  });

  it('says where it could not write', async () => {
    const path = join(folder, 'rgb.png', 'x.png');
    await expect(writePng(path, rgb)).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE', parts: { where: path } });
  });

  it('makes PNG and JPEG bytes', async () => {
    expect([...(await encodePng(rgb)).slice(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect([...(await encodeJpeg(rgb)).slice(0, 2)]).toEqual([0xff, 0xd8]);
  });
});

describe('masks', () => {
  it('measures', () => {
    const a = drawn('##..', '##..');
    const b = drawn('.##.', '.##.');
    expect(maskArea(a)).toBe(4);
    expect(intersectionArea(a, b)).toBe(2);
    expect(maskArea(emptyMask(5, 3))).toBe(0);
    expect(maskArea(emptyMask(5, 3, 255))).toBe(15);
    expect(() => intersectionArea(a, emptyMask(2, 4))).toThrow('expected 4x2, got 2x4');
  });

  it('fills pixels whose centre lies in the polygon', () => {
    const square = fillPolygon(emptyMask(5, 4), [
      [1, 1],
      [3.4, 1],
      [3.4, 3],
      [1, 3],
    ]);
    expect(picture(square)).toEqual(['.....', '.##..', '.##..', '.....']);
    // The diagonal x + y = 4 passes through centres (0.5, 3.5) … : they fall to the side right of it.
    const triangle = fillPolygon(emptyMask(4, 4), [
      [0, 0],
      [4, 0],
      [0, 4],
    ]);
    expect(picture(triangle)).toEqual(['###.', '##..', '#...', '....']);
  });

  it('tiles without gap or overlap, cuts off what is outside, keeps the input', () => {
    const base = emptyMask(7, 5);
    const corner = [2.5, 2.5] as const;
    const left = fillPolygon(base, [[-9, -9], [16, -9], corner, [-9, 14]]);
    const right = fillPolygon(base, [[16, -9], [16, 14], [-9, 14], corner]);
    expect(intersectionArea(left, right)).toBe(0);
    expect(maskArea(left) + maskArea(right)).toBe(35);
    expect(maskArea(base)).toBe(0);
  });

  it('uses the even-odd rule and adds nothing for fewer than three points', () => {
    const ring = fillPolygon(emptyMask(4, 4), [
      [0, 0], [4, 0], [4, 4], [0, 4], [0, 0], [1, 1], [3, 1], [3, 3], [1, 3], [1, 1],
    ]); // prettier-ignore
    expect(picture(ring)).toEqual(['####', '#..#', '#..#', '####']);
    expect(maskArea(fillPolygon(emptyMask(4, 4), [[0, 0], [4, 4]]))).toBe(0); // prettier-ignore
  });
});

describe('rearranging', () => {
  it('flips pixels, not channels', () => {
    expect([...flipHorizontal(rgb).data]).toEqual([4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
    expect([...flipVertical(rgb).data]).toEqual([7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6]);
    expect(picture(flipHorizontal(drawn('#..', '##.')))).toEqual(['..#', '.##']);
  });

  it('shifts and repeats the edge', () => {
    const mask = drawn('#..', '.#.', '..#');
    expect(picture(shift(mask, 1, 0))).toEqual(['##.', '..#', '...']);
    expect(picture(shift(mask, 0, -1))).toEqual(['.#.', '..#', '..#']);
    expect(shift(mask, 0, 0)).toEqual(mask);
  });
});

describe('resizing', () => {
  it('keeps a flat colour and averages fine texture', async () => {
    const flat: Raster = { width: 10, height: 6, channels: 3, data: new Uint8Array(180).fill(77) };
    const smaller = await resize(flat, 4, 3);
    expect(smaller).toEqual({ width: 4, height: 3, channels: 3, data: new Uint8Array(36).fill(77) });
    const stripes: Raster = {
      width: 64,
      height: 8,
      channels: 1,
      data: Uint8Array.from({ length: 512 }, (_, index) => (index % 2) * 200),
    };
    const averaged = await resize(stripes, 8, 8);
    expect(averaged.channels).toBe(1);
    for (const value of averaged.data) expect(Math.abs(value - 100)).toBeLessThan(12);
    expect(await resize(flat, 10, 6)).toBe(flat);
  });

  it('keeps masks binary', () => {
    const mask = drawn('##..', '##..');
    expect(picture(resizeMask(mask, 2, 1))).toEqual(['#.']);
    expect(picture(resizeMask(mask, 8, 2))).toEqual(['####....', '####....']);
    // New centres 0.5, 1.5, 2.5 of 3 lie at 0.67, 2 and 3.33 of 4.
    expect(picture(resizeMask(mask, 3, 2))).toEqual(['#..', '#..']);
  });
});
