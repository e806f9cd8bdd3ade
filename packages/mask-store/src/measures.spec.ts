import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { emptyMask } from '@foveate/image';
import { agreement } from './agreement.js';
import { boundaryOf, boundaryScore } from './boundary.js';
import { coverage } from './coverage.js';
import type { StoredImage } from './mask-store.js';
import { createMaskStore } from './open.js';
import { dice, iou } from './overlap.js';
import { drawn, teeth } from './testing/fixture.js';

const empty = emptyMask(4, 2);
const full = emptyMask(4, 2, 255);
const pixel = drawn('....', '.#..');
const a = drawn('##..', '##..');
const b = drawn('.##.', '.#..');

describe('overlap', () => {
  it.each([
    ['two empty masks', empty, empty, 1, 1],
    ['an empty mask and one that is not', empty, a, 0, 0],
    ['the same', a, a, 1, 1],
    ['all of the image', full, full, 1, 1],
    ['one pixel of four', pixel, a, 1 / 4, 2 / 5],
    // 2 of both, 5 of either, 4 + 3 in all.
    ['two masks', a, b, 2 / 5, 4 / 7],
    ['no pixel of both', a, drawn('..##', '..##'), 0, 0],
  ])('of %s', (_, one, other, expectedIou, expectedDice) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      // prettier-ignore
      expect(iou(first, second)).toBeCloseTo(expectedIou, 12);
      expect(dice(first, second)).toBeCloseTo(expectedDice, 12);
    }
  });

  it('is of masks of one size', () => {
    const other = emptyMask(2, 4);
    for (const measure of [iou, dice, (x: typeof a, y: typeof a) => boundaryScore(x, y, 1)]) {
      expect(() => measure(a, other)).toThrow('differ in size');
    }
  });
});

describe('boundaries', () => {
  it('run inside, and along the edge of the image', () => {
    expect(boundaryOf(drawn('.....', '.###.', '.###.', '.###.', '.....'))).toEqual(
      drawn('.....', '.###.', '.#.#.', '.###.', '.....'),
    );
    expect(boundaryOf(drawn('###', '###', '###'))).toEqual(drawn('###', '#.#', '###'));
    expect(boundaryOf(pixel)).toEqual(pixel);
    expect(boundaryOf(empty)).toEqual(empty);
  });

  const dot = drawn('#....', '.....', '.....');
  it.each([
    ['two empty masks', empty, empty, 0, [1, 1, 1]],
    ['an empty mask and one that is not', empty, a, 9, [0, 0, 0]],
    ['the same', a, a, 0, [1, 1, 1]],
    ['one pixel beside another', dot, drawn('.#...', '.....', '.....'), 0, [0, 0, 0]],
    ['one pixel beside another', dot, drawn('.#...', '.....', '.....'), 1, [1, 1, 1]],
    ['one pixel across a corner', dot, drawn('.....', '.#...', '.....'), 1, [0, 0, 0]],
    ['one pixel across a corner', dot, drawn('.....', '.#...', '.....'), Math.SQRT2, [1, 1, 1]],
    ['a pixel and a row of three', dot, drawn('###..', '.....', '.....'), 1, [1, 2 / 3, 4 / 5]],
    ['a row of three and a pixel', drawn('###..', '.....', '.....'), dot, 1, [2 / 3, 1, 4 / 5]],
    ['pixels at both edges', dot, drawn('....#', '.....', '.....'), 4, [1, 1, 1]],
  ])('of %s', (_, one, other, tolerance, [precision, recall, f]) => {
    const score = boundaryScore(one, other, tolerance);
    for (const [got, expected] of [
      [score.precision, precision],
      [score.recall, recall],
      [score.f, f],
    ] as const) {
      // prettier-ignore
      expect(got).toBeCloseTo(expected ?? NaN, 12);
    }
  });

  it('have a tolerance of 0 or more', () => {
    expect(() => boundaryScore(a, b, -1)).toThrow(RangeError);
    expect(() => boundaryScore(a, b, NaN)).toThrow(RangeError);
  });
});

describe('of a store', () => {
  const root = mkdtempSync(join(tmpdir(), 'foveate-measures-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const image = (digit: string): StoredImage => ({ hash: digit.repeat(64), width: 4, height: 2, path: `${digit}.png` });
  const by = (author: string) => ({ provenance: { source: 'manual', author } }) as const;

  it('agreement compares what two authors made last, and coverage counts what is accepted', async () => {
    const store = await createMaskStore(join(root, 'store'), { images: root });
    expect(await agreement(store, ['anna', 'ben'])).toEqual({ compared: [], onlyFirst: 0, onlySecond: 0, mean: null });
    // Both on image 1, anna twice; both agree on 2; anna alone on 3; ben alone on 4, whose own mask of 5 was rejected.
    await store.put(image('1'), [teeth(full, by('anna'))]);
    await store.put(image('1'), [teeth(a, by('anna'))]);
    await store.put(image('1'), [teeth(b, { ...by('ben'), status: 'accepted' })]);
    for (const author of ['anna', 'ben']) await store.put(image('2'), [teeth(empty, by(author))]);
    await store.put(image('3'), [teeth(a, by('anna'))]);
    await store.put(image('4'), [teeth(a, by('ben'))]);
    await store.put(image('5'), [teeth(a, { ...by('ben'), status: 'rejected' })]);
    const found = await agreement(store, ['anna', 'ben'], { tolerance: 0 });
    expect(found).toMatchObject({ onlyFirst: 1, onlySecond: 1 });
    expect(found.compared).toMatchObject([{ image: '1'.repeat(64) }, { iou: 1, dice: 1, boundary: 1 }]);
    expect(found.compared[0]?.iou).toBeCloseTo(2 / 5, 12);
    expect(found.mean?.iou).toBeCloseTo(0.7, 12);
    // Precision 2 of 4, recall 2 of 3.
    expect(found.compared[0]?.boundary).toBeCloseTo(4 / 7, 12);

    const files = ['1', '2', '1'].map((digit, at) => ({ hash: digit.repeat(64), path: `${String(at)}.png` }));
    const area = { kind: 'area', name: 'teeth' } as const;
    expect(coverage(store, files, area)).toEqual({ images: 2, covered: 1, missing: ['1.png'] });
    expect(coverage(store, [], area)).toEqual({ images: 0, covered: 0, missing: [] });
  });
});
