/** From annotations to masks, and to what writers need. */
import type { Mask } from '@foveate/contracts';
import { emptyMask } from '@foveate/image';
import { invalid } from './files/invalid.js';
import { toStored, toUpright, turnedSize } from './geometry/orient.js';
import { drawShape, refuseTooMuch } from './geometry/rasterise.js';
import type { AnnotatedImage, MaskedImage, Orientation } from './model.js';

/**
 * Masks of the upright image by label; those of one label are united.
 * @param size of the image itself, upright, with its EXIF orientation: what `ImageFolder.header` gives
 * @throws FoveateError `DATA_INVALID` (reason `image-size`) when the annotations are of another size, or there is too much to draw
 */
export function masksOf(
  image: AnnotatedImage,
  size: { readonly width: number; readonly height: number; readonly exif?: number },
): ReadonlyMap<string, Mask> {
  const exif = image.orientation === 'stored' ? (size.exif ?? 1) : 1;
  const [width, height] = turnedSize(size.width, size.height, exif);
  if (image.width !== width || image.height !== height) {
    const other = image.orientation === 'stored' ? 'upright' : 'stored';
    const turned = (size.exif ?? 1) >= 5 && image.width === size.height && image.height === size.width;
    throw invalid({
      what: 'The image does not have the size that its annotations say',
      where: `${image.where} ${image.file}`,
      expected: `${image.width}x${image.height}`,
      got: `${width}x${height}`,
      reason: 'image-size',
      advice:
        turned || (exif >= 5 && image.width === size.width)
          ? `Its EXIF orientation turns it: read with the orientation '${other}'`
          : 'Annotate the image at its full size, or choose the folder of images that was annotated',
    });
  }
  refuseTooMuch(
    image.objects.map(({ shape }) => shape),
    width,
    height,
    `${image.where} ${image.file}`,
  );
  const masks = new Map<string, Mask>();
  for (const { label, shape } of image.objects) {
    const mask = masks.get(label) ?? emptyMask(width, height);
    masks.set(label, mask);
    drawShape(mask, shape);
  }
  for (const [label, mask] of masks) masks.set(label, toUpright(mask, exif));
  return masks;
}

/** Masks of an image as a writer wants them, and their size. */
export interface OrientedMasks {
  readonly width: number;
  readonly height: number;
  readonly masks: MaskedImage['masks'];
}

/**
 * What is to be written, in the pixels that the format counts.
 * @throws FoveateError `DATA_INVALID` (reason `mask-size`) when a mask is not of the image's size
 */
export function orientedMasks(image: MaskedImage, orientation: Orientation): OrientedMasks {
  const { file, width, height, masks } = image;
  const exif = orientation === 'stored' ? (image.exif ?? 1) : 1;
  for (const { label, mask } of masks) {
    if (mask.width === width && mask.height === height) continue;
    throw invalid({
      what: `The mask of '${label}' does not have the size of its image`,
      where: file,
      expected: `${width}x${height}`,
      got: `${mask.width}x${mask.height}`,
      reason: 'mask-size',
    });
  }
  const [turnedWidth, turnedHeight] = turnedSize(width, height, exif);
  return {
    width: turnedWidth,
    height: turnedHeight,
    masks: masks.map(({ label, mask }) => ({ label, mask: toStored(mask, exif) })),
  };
}
