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

/** Images at network size, and the names of all their areas, sorted. */
export interface PreparedImages {
  readonly areas: readonly string[];
  readonly images: readonly PreparedImage[];
}

/** An image whose areas have no order yet. */
interface SmallImage extends Omit<PreparedImage, 'masks'> {
  readonly masks: ReadonlyMap<string, Mask>;
}

/**
 * Brings images to network size, one after the other: large ones need not be in memory together.
 * @throws FoveateError `DATA_INVALID` naming an image that is there twice or whose pixels or masks do not fit its size,
 *   `DATA_INSUFFICIENT` when there is no mask
 */
export async function preparedImages(
  given: Iterable<TrainingImage> | AsyncIterable<TrainingImage>,
  size: { readonly height: number; readonly width: number },
): Promise<PreparedImages> {
  const ids = new Set<string>();
  const small: SmallImage[] = [];
  for await (const one of given) {
    if (ids.has(one.id)) throw fail({ code: 'DATA_INVALID', what: 'Two training images have one id', where: one.id });
    ids.add(one.id);
    small.push(await reduced(one, size));
  }
  const areas = [...new Set(small.flatMap(({ masks }) => [...masks.keys()]))].sort();
  if (!small.some(({ masks }) => [...masks.values()].some(({ data }) => data.includes(255)))) {
    throw fail({
      code: 'DATA_INSUFFICIENT',
      what: 'There is no mask to learn from',
      where: 'images',
      expected: 'a mask with an inside',
      got: areas.length === 0 ? `${String(small.length)} images without` : 'masks without a pixel inside',
    });
  }
  const empty = emptyMask(size.width, size.height);
  const images = small.map(({ masks, ...one }) => ({ ...one, masks: areas.map((name) => masks.get(name) ?? empty) }));
  return { areas, images };
}

async function reduced(
  { id, image, areas, group = id }: TrainingImage,
  { height, width }: { readonly height: number; readonly width: number },
): Promise<SmallImage> {
  checkPixels(image, id, image.channels);
  const masks = Object.entries(areas).map(([name, mask]): [string, Mask] => {
    checkPixels(mask, `${id}, area '${name}'`, 1, image);
    return [name, resizeMask(mask, width, height)];
  });
  return { id, group, image: colour(await resize(image, width, height)), masks: new Map(masks) };
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
