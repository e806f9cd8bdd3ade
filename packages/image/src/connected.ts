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

/**
 * The parts of a mask that hang together, diagonal neighbours included.
 * @returns for each pixel the number of its part from 1, 0 outside the mask; and each part's number of pixels
 */
export function connectedParts({ width, height, data }: Mask): {
  readonly partOf: Uint32Array;
  readonly areas: readonly number[];
} {
  const partOf = new Uint32Array(width * height);
  const areas: number[] = [];
  const open: number[] = [];
  for (let start = 0; start < partOf.length; start++) {
    if (data[start] === 0 || partOf[start] !== 0) continue;
    const part = areas.length + 1;
    let area = 0;
    open.push(start);
    partOf[start] = part;
    for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
      area++;
      const x = pixel % width;
      const y = (pixel - x) / width;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const neighbour = ny * width + nx;
          if (data[neighbour] === 0 || partOf[neighbour] !== 0) continue;
          partOf[neighbour] = part;
          open.push(neighbour);
        }
      }
    }
    areas.push(area);
  }
  return { partOf, areas };
}
