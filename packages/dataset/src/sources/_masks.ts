import { fail, type Mask, type Raster } from '@foveate/contracts';
import { emptyMask } from '@foveate/image';

/** Pixels of all masks of an image: one byte each, so that so many bytes are held for one sample. */
const mostPixels = 2 ** 30;

/** Masks of an image, one for each type: what is added to a type is united. All are of the image's size. */
export class Masks {
  readonly #size: Pick<Raster, 'width' | 'height'>;
  readonly #masks = new Map<string, Mask>();

  constructor({ width, height }: Pick<Raster, 'width' | 'height'>) {
    this.#size = { width, height };
  }

  /** In the order in which the types came first. */
  get byType(): ReadonlyMap<string, Mask> {
    return this.#masks;
  }

  /**
   * The mask of a type, to be drawn into; empty at first.
   * @throws FoveateError `DATA_INVALID` (reason `too-many-types`) when the image's masks would be too large together
   */
  expect(type: string): Mask {
    const { width, height } = this.#size;
    const known = this.#masks.get(type);
    if (known !== undefined) return known;
    if ((this.#masks.size + 1) * width * height > mostPixels) {
      throw fail({
        code: 'DATA_INVALID',
        what: 'An image shows too many types of defects for its size: each needs a mask',
        expected: `at most ${Math.floor(mostPixels / (width * height))} types for ${width}x${height} pixels`,
        got: `type '${type}' beyond them`,
        reason: 'too-many-types',
        advice: 'Give defects that count alike one type, or make the image smaller',
      });
    }
    const mask = emptyMask(width, height);
    this.#masks.set(type, mask);
    return mask;
  }

  /** Adds a mask to that of a type. @throws as {@link expect} */
  add(type: string, mask: Mask): void {
    const { data } = this.expect(type);
    const { length } = data;
    for (let pixel = 0; pixel < length; pixel++) if (mask.data[pixel] !== 0) data[pixel] = 255;
  }
}
