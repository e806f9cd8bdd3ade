/** Drawn images and masks for checks. */
import { random, type Mask, type Raster } from '@foveate/contracts';

/** A noisy colour image, a pure function of its name. */
export function picture(width: number, height: number, name: string): Raster {
  const stream = random(1, 'testkit', name);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    Math.min(255, Math.floor(40 + 3 * (Math.floor(i / 3) % width) + 100 * stream.float())),
  );
  return { width, height, channels: 3, data };
}

/** The mask of some columns and rows, those before `right` and `bottom`; all rows when left out. */
export function block(
  width: number,
  height: number,
  place: { readonly left: number; readonly right: number; readonly top?: number; readonly bottom?: number },
): Mask {
  const { left, right, top = 0, bottom = height } = place;
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left && x < right && y >= top && y < bottom ? 255 : 0;
  });
  return { width, height, channels: 1, data };
}

/** What is wrong with a raster; undefined when nothing is. */
export function rasterFault(
  raster: Raster,
  size: Pick<Raster, 'width' | 'height'>,
  channels: 1 | 3,
): string | undefined {
  if (raster.width !== size.width || raster.height !== size.height)
    return `is ${raster.width}x${raster.height} instead of ${size.width}x${size.height}`;
  if (raster.channels !== channels) return `has ${raster.channels} channels instead of ${channels}`;
  const values = raster.width * raster.height * channels;
  if (raster.data.length !== values) return `has ${raster.data.length} values instead of ${values}`;
  if (channels === 1 && !raster.data.every((value) => value === 0 || value === 255))
    return 'has values other than 0 and 255';
  return undefined;
}
