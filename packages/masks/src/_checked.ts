import { fail, type Mask, type Sample, type SampleImages } from '@foveate/contracts';
import { maskArea } from '@foveate/image';

/**
 * The mask, once it is known to fit the image and to have an inside. A mask that is all inside is allowed: it turns
 * guidance off for that image.
 * @throws FoveateError `DATA_INVALID`, reason `aoi-size` or `aoi-empty`
 */
export function checked(mask: Mask, sample: Sample, images: SampleImages): Mask {
  const { width, height } = images.image;
  if (mask.width !== width || mask.height !== height) {
    throw fail({
      code: 'DATA_INVALID',
      what: `Area-of-interest mask of '${sample.id}' is ${mask.width}x${mask.height} but its image is ${width}x${height}`,
      reason: 'aoi-size',
      advice: 'Draw the mask on the image at its full size',
    });
  }
  if (maskArea(mask) === 0) {
    throw fail({
      code: 'DATA_INVALID',
      what: `Area-of-interest mask '${sample.id}' is black all over: nothing of the image would be of interest`,
      reason: 'aoi-empty',
      advice: 'Paint the area of interest white, or leave the sample out',
    });
  }
  return mask;
}
