import { fail, type Mask, type Raster, type SampleImages } from '@foveate/contracts';
import { maskArea, readImage, readMask } from '@foveate/image';

/** Where the files of a sample are. Paths are absolute. */
export interface SampleFiles {
  readonly id: string;
  readonly image: string;
  readonly defect?: { readonly type: string; readonly path: string };
  readonly aoi?: string;
  readonly maskThreshold: number;
}

/**
 * Decodes a sample and checks that its parts fit together.
 * @throws FoveateError `DATA_INVALID`, reason `mask-size`, `mask-empty`, `aoi-size` or one of `readImage`
 */
export async function loadSample(files: SampleFiles): Promise<SampleImages> {
  const image = await readImage(files.image);
  const options = { threshold: files.maskThreshold };
  const aoi = files.aoi === undefined ? undefined : await readMask(files.aoi, options);
  if (aoi !== undefined) requireSameSize(aoi, image, files.id, 'Area-of-interest mask', 'aoi-size');
  if (files.defect === undefined) return { image, defects: [], ...(aoi === undefined ? {} : { aoi }) };

  const { type, path } = files.defect;
  const mask = await readMask(path, options);
  requireSameSize(mask, image, files.id, 'Mask', 'mask-size');
  if (maskArea(mask) === 0) {
    throw fail({
      code: 'DATA_INVALID',
      what: `The mask of '${files.id}' is black all over although the image is listed as '${type}'`,
      where: path,
      reason: 'mask-empty',
      advice: 'Draw the defect, list the image as good, or lower maskThreshold if the mask uses small values',
    });
  }
  return { image, defects: [{ type, mask }], ...(aoi === undefined ? {} : { aoi }) };
}

function requireSameSize(mask: Mask, image: Raster, id: string, noun: string, reason: string): void {
  if (mask.width === image.width && mask.height === image.height) return;
  throw fail({
    code: 'DATA_INVALID',
    what: `${noun} of '${id}' is ${mask.width}x${mask.height} but its image is ${image.width}x${image.height}`,
    reason,
    advice: 'Export the mask at the size of the upright image',
  });
}
