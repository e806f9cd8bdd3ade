/**
 * Run lengths of COCO: a mask column by column from the top left, runs of pixels outside and inside in turn, the first
 * outside (cocoapi, common/maskApi.h).
 */
import type { Mask } from '@foveate/contracts';

/**
 * Run lengths from the compressed text: groups of five bits in the characters from '0' on, bit 5 says that more follow,
 * the last group carries the sign; from the third run on the difference to the run two before.
 * @throws RangeError when the text is no such list
 */
export function decompressRuns(text: string): readonly number[] {
  const runs: number[] = [];
  for (let at = 0; at < text.length;) {
    let [value, shift, more] = [0, 0, true];
    while (more) {
      const group = text.charCodeAt(at++) - 48;
      if (!(group >= 0 && group < 64) || shift > 50) throw new RangeError(`no run length at character ${at}`);
      // Not by bits: runs may exceed 31 of them.
      value += (group & 31) * 2 ** shift;
      shift += 5;
      more = (group & 32) !== 0;
      if (!more && (group & 16) !== 0) value -= 2 ** shift;
    }
    runs.push(runs.length > 2 ? value + (runs.at(-2) ?? 0) : value);
  }
  return runs;
}

/**
 * Draws a list of runs into a mask, whose pixels they fill.
 * @throws RangeError when the runs do not fill its width times height pixels
 */
export function drawRuns(runs: readonly number[], { width, height, data }: Mask): void {
  let pixel = 0;
  for (const [index, run] of runs.entries()) {
    if (!Number.isSafeInteger(run) || run < 0 || pixel + run > data.length) {
      throw new RangeError(`the runs do not fit into ${width}x${height} pixels`);
    }
    const end = pixel + run;
    if (index % 2 === 0) pixel = end;
    else for (; pixel < end; pixel++) data[(pixel % height) * width + Math.floor(pixel / height)] = 255;
  }
  if (pixel !== data.length) throw new RangeError(`the runs end at pixel ${pixel} of ${data.length}`);
}
