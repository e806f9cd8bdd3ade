/** Images with masks, checked and brought to network size. */
import { fail, type Mask, type Raster } from '@foveate/contracts';
import { emptyMask, resize, resizeMask } from '@foveate/image';

/** An image whose areas are known. */
export interface TrainingImage {
  /** Unique. */
  readonly id: string;
  /** 8-bit, sRGB in 3 channels or grey in 1. */
  readonly image: Raster;
  /** Masks by the name of the area, at the size of the image; an area that is left out has no pixel there. */
  readonly areas: Readonly<Record<string, Mask>>;
  /** Images of one group are held out together or not at all: copies, or photographs of one piece. Default: its own. */
  readonly group?: string;
}

/** An image at network size. */
export interface PreparedImage {
  readonly id: string;
  readonly group: string;
  readonly image: Raster;
  /** In the order of the names. */
  readonly masks: readonly Mask[];
}

/** Names of all areas, sorted. @throws FoveateError `DATA_INSUFFICIENT` when there is none */
export function areaNames(images: readonly TrainingImage[]): readonly string[] {
  const names = [...new Set(images.flatMap(({ areas }) => Object.keys(areas)))].sort();
  if (names.length > 0) return names;
  throw fail({
    code: 'DATA_INSUFFICIENT',
    what: 'There is no mask to learn from',
    where: 'images',
    expected: 'masks of at least one area',
    got: `${String(images.length)} images without`,
  });
}

/**
 * @param names of the areas
 * @throws FoveateError `DATA_INVALID` naming an image that is there twice or whose pixels or masks do not fit its size
 */
export async function preparedImages(
  images: readonly TrainingImage[],
  names: readonly string[],
  { height, width }: { readonly height: number; readonly width: number },
): Promise<readonly PreparedImage[]> {
  const ids = new Set<string>();
  const prepared: PreparedImage[] = [];
  for (const { id, image, areas, group = id } of images) {
    if (ids.has(id)) throw fail({ code: 'DATA_INVALID', what: 'Two training images have one id', where: id });
    ids.add(id);
    checkPixels(image, id, image.channels);
    const masks = names.map((name) => {
      const mask = areas[name];
      if (mask === undefined) return emptyMask(width, height);
      checkPixels(mask, `${id}, area '${name}'`, 1, image);
      return resizeMask(mask, width, height);
    });
    prepared.push({ id, group, image: colour(await resize(image, width, height)), masks });
  }
  return prepared;
}

function checkPixels(raster: Raster, where: string, channels: number, like: Raster = raster): void {
  const { width, height, data } = raster;
  if (width === like.width && height === like.height && data.length === width * height * channels) return;
  throw fail({
    code: 'DATA_INVALID',
    what: 'The pixels do not fit the size',
    where,
    expected: `${String(like.width)}x${String(like.height)}x${String(channels)} bytes`,
    got: `${String(width)}x${String(height)} and ${String(data.length)} bytes`,
    reason: 'image-size',
  });
}

function colour({ width, height, channels, data }: Raster): Raster {
  if (channels === 3) return { width, height, channels, data };
  return {
    width,
    height,
    channels: 3,
    data: Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)] ?? 0),
  };
}
