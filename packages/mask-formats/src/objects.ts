/** What readers do with every object: look whether it can be drawn. */
import { isFoveateError } from '@foveate/contracts';
import { boxAround } from './geometry/work.js';
import { crossesItself } from './geometry/crossing.js';
import { invalid } from './files/invalid.js';
import type { AnnotatedImage, AnnotatedObject, Report, Shape } from './model.js';
import { checkRuns } from './run-lengths/draw-runs.js';

/** Pixels of an image at most. */
const mostPixels = 1e8;

/** Coordinates farther off are a mistake, and would not be exact. */
const farthest = 1e7;

/** Gathers the objects of one image. */
export class Objects {
  readonly #image: Omit<AnnotatedImage, 'objects'>;
  readonly #report: Report;
  readonly #objects: AnnotatedObject[] = [];

  /** @throws FoveateError `DATA_INVALID` (reason `image-size`) when the size is none, or too large */
  constructor(image: Omit<AnnotatedImage, 'objects'>, report: Report) {
    const { width, height, where } = image;
    if (!isSide(width) || !isSide(height) || width * height > mostPixels) {
      throw invalid({
        what: 'The annotations say an image size that cannot be',
        where,
        expected: `whole numbers from 1, at most ${mostPixels} pixels`,
        got: `${width}x${height}`,
        reason: 'image-size',
      });
    }
    this.#image = image;
    this.#report = report;
  }

  get image(): AnnotatedImage {
    return { ...this.#image, objects: this.#objects };
  }

  /**
   * Adds a shape, or reports why it is left out.
   * @param place key or line within the file, for reports
   * @throws FoveateError `DATA_INVALID` when run lengths do not fill their box
   */
  add(label: string, shape: Shape, place: string): void {
    const { width, height } = this.#image;
    const [left, top, right, bottom] = boxAround(shape);
    const drawn = shape.kind === 'polygons' ? withoutDegenerate(shape) : shape;
    if (shape.kind === 'runs') checkRuns(shape);
    if (drawn === undefined) this.leaveOut(place, 'shape-empty', 'it has no area');
    else if (![left, top, right, bottom].every((value) => Math.abs(value) <= farthest)) {
      this.leaveOut(
        place,
        'shape-invalid',
        'its coordinates are no numbers, none, or farther off than ten million pixels',
      );
    } else if (!(left < right && top < bottom)) {
      this.leaveOut(place, 'shape-empty', 'it has no area');
    } else if (right <= 0 || bottom <= 0 || left >= width || top >= height) {
      this.leaveOut(place, 'shape-outside', `it lies wholly outside of the image of ${width}x${height}`);
    } else {
      if (drawn.kind === 'polygons' && drawn.parts.some((part) => part.some(crossesItself))) {
        const message = `An outline of '${label}' crosses itself; it is filled by the even-odd rule`;
        this.#report({ path: this.#at(place), reason: 'shape-crossing', message });
      }
      this.#objects.push({ label, shape: drawn });
    }
  }

  /** Adds what is made of a file's own data; a FoveateError on the way leaves out this object alone. */
  attempt(label: string, place: string, shape: () => Shape): void {
    try {
      this.add(label, shape(), place);
    } catch (error) {
      this.leaveOutFor(place, error);
    }
  }

  /** Reports an object that is left out. @param message goes on after 'An object is left out:' */
  leaveOut(place: string, reason: string, message: string): void {
    this.#report({ path: this.#at(place), reason, message: `An object is left out: ${message}` });
  }

  /** Reports an object that is left out because of an error, which is thrown again when it is no FoveateError. */
  leaveOutFor(place: string, error: unknown): void {
    if (!isFoveateError(error)) throw error;
    this.leaveOut(place, error.parts.reason ?? 'annotation-invalid', error.message);
  }

  #at(place: string): string {
    return `${this.#image.where} ${place}`.trim();
  }
}

function isSide(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function withoutDegenerate(shape: Extract<Shape, { kind: 'polygons' }>): Shape | undefined {
  const parts = shape.parts.map((part) => part.filter((ring) => ring.length >= 3)).filter(({ length }) => length > 0);
  return parts.length === 0 ? undefined : { kind: 'polygons', parts };
}
