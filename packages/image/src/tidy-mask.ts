/** What makes masks whole: holes filled, crumbs left out, edges smoothed. */
import type { Mask } from '@foveate/contracts';
import { connectedParts } from './connected.js';

/** The mask with all that it encloses: what cannot be reached from the border by steps across edges of pixels outside. */
export function withoutHoles(mask: Mask): Mask {
  const { width, height } = mask;
  const data = new Uint8Array(width * height).fill(255);
  const open: number[] = [];
  const visit = (pixel: number): void => {
    if (mask.data[pixel] !== 0 || data[pixel] === 0) return;
    data[pixel] = 0;
    open.push(pixel);
  };
  for (let x = 0; x < width; x++) {
    visit(x);
    visit((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
    const x = pixel % width;
    if (x > 0) visit(pixel - 1);
    if (x < width - 1) visit(pixel + 1);
    if (pixel >= width) visit(pixel - width);
    if (pixel < data.length - width) visit(pixel + width);
  }
  return { width, height, channels: 1, data };
}

/**
 * The largest connected parts of a mask, diagonal neighbours included; of equal ones the first from the top.
 * @param keep.largest number of parts at most
 * @param keep.least pixels that a part has at least
 */
export function keepParts(mask: Mask, { largest, least }: { readonly largest: number; readonly least: number }): Mask {
  const { partOf, areas } = connectedParts(mask);
  const kept = areas
    .map((area, index) => ({ area, part: index + 1 }))
    .filter(({ area }) => area >= least)
    .sort((a, b) => b.area - a.area)
    .slice(0, largest);
  const values = new Uint8Array(areas.length + 1);
  for (const { part } of kept) values[part] = 255;
  const data = Uint8Array.from(partOf, (part) => values[part] as number);
  return { width: mask.width, height: mask.height, channels: 1, data };
}

/**
 * Each pixel becomes what most of the pixels around it are, itself included (a median filter); at a tie it stays.
 * @param reach pixels to each side of the square that is looked at, >= 0; at the border it is cut off
 */
export function majority(mask: Mask, reach: number): Mask {
  const { width, height, data: inside } = mask;
  const sums = summed(mask);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - reach), Math.min(height, y + reach + 1)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)];
      const at = (row: number, column: number): number => sums[row * (width + 1) + column] as number;
      const count = at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left);
      const twice = 2 * count - (bottom - top) * (right - left);
      data[y * width + x] = twice === 0 ? (inside[y * width + x] as number) : twice > 0 ? 255 : 0;
    }
  }
  return { width, height, channels: 1, data };
}

/** Number of pixels inside above and left of each corner between pixels. */
function summed({ width, height, data }: Mask): Uint32Array {
  const sums = new Uint32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] !== 0) row++;
      const at = (y + 1) * (width + 1) + x + 1;
      sums[at] = (sums[at - width - 1] as number) + row;
    }
  }
  return sums;
}
