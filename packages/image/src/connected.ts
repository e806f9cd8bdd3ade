import type { Mask } from '@foveate/contracts';

/**
 * The part of a mask that hangs together with one of its pixels, diagonal neighbours included.
 * @param start number of a pixel; one outside the mask gives an empty mask
 */
export function connectedTo({ width, height, data }: Mask, start: number): Mask {
  const part = new Uint8Array(width * height);
  const open = data[start] === 255 ? [start] : [];
  if (open.length > 0) part[start] = 255;
  for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const neighbour = ny * width + nx;
        if (data[neighbour] === 0 || part[neighbour] !== 0) continue;
        part[neighbour] = 255;
        open.push(neighbour);
      }
    }
  }
  return { width, height, channels: 1, data: part };
}
