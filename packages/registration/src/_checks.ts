import { fail, type Raster } from '@foveate/contracts';
import type { RegistrationOptions } from './register.js';
import type { Size } from './similarity.js';

/** Pixels of a side at least. */
const leastSide = 16;
/** How much longer one side may be than the other. */
const slimmest = 10;
/** How much larger or smaller than the reference's a side of an image may be. */
const ratio = 2;

const sizeOf = ({ width, height }: Size): string => `${width}x${height}`;

/** @throws FoveateError `DATA_INVALID` (`registration-size`) */
export function checkImage(image: Raster, name: 'image' | 'reference', reference: Size = image): void {
  const [shorter, longer] = [Math.min(image.width, image.height), Math.max(image.width, image.height)];
  const problem = (what: string, expected: string, advice: string) =>
    fail({ code: 'DATA_INVALID', what, expected, got: sizeOf(image), reason: 'registration-size', advice });
  if (shorter < leastSide) {
    throw problem(
      `The ${name} is too small to be registered`,
      `${leastSide} pixels or more to each side`,
      `Take a larger ${name}; one that was cut out may be cut out with more around it`,
    );
  }
  if (longer > slimmest * shorter) {
    throw problem(
      `The ${name} is too narrow to be registered`,
      `one side at most ${slimmest} times as long as the other`,
      `Cut out a part of the ${name}`,
    );
  }
  for (const side of ['width', 'height'] as const) {
    if (image[side] <= ratio * reference[side] && reference[side] <= ratio * image[side]) continue;
    throw problem(
      'The image has another size than its reference',
      `between half and twice ${sizeOf(reference)}`,
      'Resize one of the two to the resolution of the other',
    );
  }
}

/** @throws FoveateError `DATA_INVALID` (`registration-flat`) */
export function checkReference(contrast: number, least: number): void {
  if (contrast >= least) return;
  throw fail({
    code: 'DATA_INVALID',
    what: 'The reference shows nothing that could be found again',
    expected: `differences of more than ${least} grey levels`,
    got: `${contrast.toFixed(2)} grey levels`,
    reason: 'registration-flat',
    advice: 'Take an image with edges or texture as the reference',
  });
}

/** @throws FoveateError `CONFIG_INVALID` */
export function checkOptions(options: Required<RegistrationOptions>): Required<RegistrationOptions> {
  const most = { angle: 180, scale: 1, leastConfidence: 1 } as const;
  for (const key of ['angle', 'scale', 'leastConfidence'] as const) {
    if (options[key] >= 0 && options[key] <= most[key]) continue;
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'Option of a registration is out of range',
      where: key,
      expected: `a number from 0 to ${most[key]}`,
      got: String(options[key]),
    });
  }
  return options;
}
