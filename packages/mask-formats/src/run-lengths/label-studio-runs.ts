/**
 * Label Studio's run lengths of brush strokes (label-studio-sdk, converter/brush.py; packed by @thi.ng/rle-pack). The values
 * are the bytes of an RGBA picture, row by row; alpha says what is inside. In bits: 32 for the number of values, 5 for the
 * bits of a value less one, 4 by 4 the bits of four sizes of counts less one. Then blocks: 1 bit whether a value is repeated,
 * 2 for the size of the count, the count less one, and one value or as many as are counted.
 */
import { fail, type Mask } from '@foveate/contracts';
import type { Runs } from '../model.js';
import { BitReader, BitWriter } from './bits.js';

/** Bits of counts that are written: what most runs of a mask need. */
const countBits = [3, 4, 8, 16] as const;

/**
 * The inside of a picture of that size: where alpha is not zero.
 * @throws FoveateError `DATA_INVALID` (reason `runs-damaged`)
 */
export function parseBrushRuns(bytes: ArrayLike<number>, width: number, height: number): Runs {
  try {
    return { kind: 'runs', left: 0, top: 0, width, height, by: 'row', lengths: alphaRuns(bytes, width * height) };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw fail({
      code: 'DATA_INVALID',
      what: "Label Studio's run lengths cannot be read",
      got: cause.message,
      reason: 'runs-damaged',
      cause,
    });
  }
}

function alphaRuns(bytes: ArrayLike<number>, pixels: number): readonly number[] {
  const input = new BitReader(bytes);
  const count = input.read(32);
  if (count !== 4 * pixels)
    throw new RangeError(`they are of ${count} values and not of 4 for each of ${pixels} pixels`);
  const valueBits = input.read(5) + 1;
  const sizes = [0, 0, 0, 0].map(() => input.read(4) + 1);
  const lengths: number[] = [];
  let [inside, length] = [false, 0];
  const add = (alpha: boolean, more: number) => {
    if (alpha !== inside) {
      lengths.push(length);
      [inside, length] = [alpha, 0];
    }
    length += more;
  };
  for (let at = 0; at < count;) {
    const repeated = input.read(1) === 1;
    const end = at + 1 + input.read(sizes[input.read(2)] ?? 0);
    if (end > count) throw new RangeError(`a run ends at value ${end} of ${count}`);
    if (repeated) {
      const value = input.read(valueBits);
      // How many of the values from here to there are the fourth of their pixel.
      const alphas = Math.floor(end / 4) - Math.floor(at / 4);
      if (alphas > 0) add(value !== 0, alphas);
      at = end;
    } else {
      for (; at < end; at++) {
        const value = input.read(valueBits);
        if (at % 4 === 3) add(value !== 0, 1);
      }
    }
  }
  lengths.push(length);
  return lengths;
}

/** A mask as bytes, every channel 255 where it is inside. */
export function formatBrushRuns({ width, height, data }: Mask): readonly number[] {
  const output = new BitWriter();
  const pixels = width * height;
  output.write(4 * pixels, 32);
  output.write(8 - 1, 5);
  for (const bits of countBits) output.write(bits - 1, 4);
  for (let at = 0; at < pixels;) {
    const value = data[at] === 0 ? 0 : 255;
    let end = at + 1;
    while (end < pixels && (data[end] === 0 ? 0 : 255) === value) end++;
    for (let left = 4 * (end - at); left > 0;) {
      const run = Math.min(left, 2 ** 16);
      const size = countBits.findIndex((bits) => run <= 2 ** bits);
      output.write(1, 1);
      output.write(size, 2);
      output.write(run - 1, countBits[size] ?? 16);
      output.write(value, 8);
      left -= run;
    }
    at = end;
  }
  return output.bytes;
}
