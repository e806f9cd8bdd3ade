import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { drawn, masks, picture } from '../testing/masks.js';
import { rasterise } from '../geometry/rasterise.js';
import { formatCocoRuns, parseCocoRuns } from './coco-text.js';
import { runsOf } from './draw-runs.js';
import { runsByNumber } from './label-runs.js';
import { formatBrushRuns, parseBrushRuns } from './label-studio-runs.js';

/** COCO's compression by its description, with 32-bit integers as the reference has them. */
function compressed(runs: readonly number[]): string {
  return runs
    .map((run, index) => {
      let rest = index > 2 ? run - runs[index - 2]! : run;
      let text = '';
      for (;;) {
        const group = rest & 31;
        rest >>= 5;
        const last = rest === ((group & 16) === 0 ? 0 : -1);
        text += String.fromCharCode(48 + (last ? group : group | 32));
        if (last) return text;
      }
    })
    .join('');
}

/** Label Studio's bytes to RGBA values, naively: over a text of ones and zeros. */
function unpacked(bytes: readonly number[]): readonly number[] {
  let bits = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const take = (count: number) => {
    const value = parseInt(bits.slice(0, count), 2);
    bits = bits.slice(count);
    return value;
  };
  const count = take(32);
  const word = take(5) + 1;
  const sizes = [take(4) + 1, take(4) + 1, take(4) + 1, take(4) + 1];
  const values: number[] = [];
  while (values.length < count) {
    const repeated = take(1) === 1;
    const length = take(sizes[take(2)]!) + 1;
    if (repeated) values.push(...new Array<number>(length).fill(take(word)));
    else for (let at = 0; at < length; at++) values.push(take(word));
  }
  return values;
}

/** Packs values as a brush would that knows blocks of literals. */
function packed(values: readonly number[], repeat: boolean): readonly number[] {
  let bits = values.length.toString(2).padStart(32, '0') + '00111' + '0010' + '0011' + '0111' + '1111';
  for (let at = 0; at < values.length;) {
    let end = at + 1;
    while (repeat && end < values.length && values[end] === values[at] && end - at < 256) end++;
    if (!repeat) end = Math.min(values.length, at + 13);
    bits += (repeat ? '1' : '0') + '10' + (end - at - 1).toString(2).padStart(8, '0');
    for (const value of repeat ? [values[at]!] : values.slice(at, end)) bits += value.toString(2).padStart(8, '0');
    at = end;
  }
  return bits.match(/.{1,8}/g)!.map((byte) => parseInt(byte.padEnd(8, '0'), 2));
}

describe("COCO's run lengths", () => {
  it('go column by column and begin outside', () => {
    expect(runsOf(drawn('.#.', '##.'), 'column').lengths).toEqual([1, 3, 2]);
    expect(runsOf(drawn('#.', '..'), 'column').lengths).toEqual([0, 1, 3]);
    expect(picture(rasterise({ ...runsOf(drawn('.#.', '##.'), 'column') }, 3, 2))).toEqual(['.#.', '##.']);
  });

  it('are compressed as by the reference', () => {
    const runs = fc.array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(runs, (list) => {
        expect(formatCocoRuns(list)).toBe(compressed(list));
        expect(parseCocoRuns(compressed(list))).toEqual(list);
      }),
    );
  });

  it('are what hand calculation gives', () => {
    // 6 and 1 in one group each; 40 is 8 and more, then 1; the fourth is 4 - 1 = 3.
    expect(formatCocoRuns([6, 1, 40, 4])).toBe('61X13');
    expect(parseCocoRuns('61X13')).toEqual([6, 1, 40, 4]);
    // 16 needs a second group, or it would be read as -16.
    expect(formatCocoRuns([16])).toBe('`0');
    // The fourth is 5 less than the second: -5 in five bits is 27.
    expect(formatCocoRuns([0, 9, 0, 4])).toBe('090K');
  });

  it('keep runs beyond 31 bits', () => {
    expect(parseCocoRuns(formatCocoRuns([2 ** 40, 3, 2 ** 41, 2 ** 39]))).toEqual([2 ** 40, 3, 2 ** 41, 2 ** 39]);
  });

  it.each(['1P', '~', '1 2', `${'o'.repeat(30)}0`])('refuse %j', (text) => {
    expect(() => parseCocoRuns(text)).toThrow(/cannot be read/);
  });

  it('must fill their box', () => {
    const box = { kind: 'runs', left: 0, top: 0, width: 3, height: 2, by: 'column' } as const;
    expect(() => rasterise({ ...box, lengths: [1, 2] }, 3, 2)).toThrow(/expected 6 pixels of 3x2, got 3 pixels/);
    expect(() => rasterise({ ...box, lengths: [7, -1] }, 3, 2)).toThrow(/no whole numbers/);
    expect(() => rasterise({ ...box, lengths: [1, 1e9] }, 3, 2)).toThrow(/do not fill/);
    expect(() => rasterise({ ...box, width: 1e9, lengths: [0, 2e9] }, 3, 2)).toThrow(/box of run lengths cannot be/);
    expect(() => rasterise({ ...box, left: 0.5, lengths: [0, 6] }, 3, 2)).toThrow(/box of run lengths cannot be/);
  });

  it('come back as the same mask', () => {
    fc.assert(
      fc.property(masks, fc.constantFrom('row' as const, 'column' as const), (mask, by) => {
        expect(picture(rasterise(runsOf(mask, by), mask.width, mask.height))).toEqual(picture(mask));
      }),
    );
  });

  it('of a box are put where it is, and clipped', () => {
    const box = { kind: 'runs', left: -1, top: 1, width: 3, height: 2, by: 'row', lengths: [0, 6] } as const;
    expect(picture(rasterise(box, 3, 2))).toEqual(['...', '##.']);
  });
});

describe("Label Studio's run lengths", () => {
  it('are RGBA values that a naive reader unpacks', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const values = unpacked(formatBrushRuns(mask));
        expect(values).toEqual([...mask.data].flatMap((value) => [value, value, value, value]));
        expect(picture(rasterise(parseBrushRuns(formatBrushRuns(mask), mask.width, mask.height), mask.width, mask.height))).toEqual(picture(mask)); // prettier-ignore
      }),
    );
  });

  it('are read by their alpha, in blocks of either kind that end anywhere', () => {
    fc.assert(
      fc.property(masks, fc.boolean(), fc.nat(255), (mask, repeat, red) => {
        const values = [...mask.data].flatMap((value) => [red, 7, 200, value]);
        const runs = parseBrushRuns(packed(values, repeat), mask.width, mask.height);
        expect(picture(rasterise(runs, mask.width, mask.height))).toEqual(picture(mask));
      }),
    );
  });

  it('of long runs need several blocks', () => {
    const mask = { width: 300, height: 200, channels: 1, data: new Uint8Array(60_000).fill(255) } as const;
    expect(parseBrushRuns(formatBrushRuns(mask), 300, 200).lengths).toEqual([0, 60_000]);
  });

  it.each([
    ['nothing', []],
    ['another size', formatBrushRuns(drawn('##'))],
    ['an end too early', formatBrushRuns(drawn('#.#', '.#.')).slice(0, 9)],
  ])('refuse %s', (_, bytes) => {
    expect(() => parseBrushRuns(bytes, 3, 2)).toThrow(/run lengths cannot be read/);
  });
});

it('finds the runs of every number in one sweep', () => {
  const runs = runsByNumber({ width: 4, height: 2, data: [0, 1, 1, 2, 2, 0, 1, 0] });
  expect([...runs].map(([number, { lengths }]) => [number, lengths])).toEqual([
    [1, [1, 2, 3, 1, 1]],
    [2, [3, 2, 3]],
  ]);
});
