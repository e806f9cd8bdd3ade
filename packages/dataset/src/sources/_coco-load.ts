/** Decodes images of COCO and draws what is annotated on them. */
import { fail, type Mask, type Sample, type SampleImages } from '@foveate/contracts';
import { drawPolygon, emptyMask, maskArea, readImageAndDepth, type Point } from '@foveate/image';
import type { CocoImage } from './_coco-file.js';
import type { Shape } from './_coco-shapes.js';
import type { LoadOptions } from './_load.js';
import { Masks } from './_masks.js';
import { decompressRuns, drawRuns } from './_rle.js';

/** What is drawn on the image of a sample: its `ref`. */
export interface CocoRef {
  readonly size: CocoImage['size'];
  /** What together is the area of interest. */
  readonly areas: readonly Shape[];
  readonly defects: CocoImage['shapes'];
}

/** A loader of samples with {@link CocoRef}; its errors name no sample. */
export function cocoLoader(options: LoadOptions): (sample: Sample) => Promise<SampleImages> {
  return async ({ files = [], ref }) => {
    const { size, areas, defects } = ref as CocoRef;
    const { image, depth } = await readImageAndDepth(files[0] ?? '', options);
    const { width, height } = image;
    if (size !== undefined && (width !== size[0] || height !== size[1])) {
      throw fail({
        code: 'DATA_INVALID',
        what: 'The image does not have the size that its annotations say',
        expected: size.join('x'),
        got: `${width}x${height}`,
        reason: 'image-size',
        advice: 'Annotate the upright image at its full size',
      });
    }
    refuseTooMuch([...areas, ...defects.map(({ shape }) => shape)], image);
    const masks = new Masks(image);
    for (const { category, shape } of defects) draw(shape, masks.expect(category));
    const aoi = areas.length === 0 ? undefined : emptyMask(width, height);
    if (aoi !== undefined) for (const shape of areas) draw(shape, aoi);
    return {
      image,
      defects: [...masks.byType].map(([type, mask]) => ({ type, mask: nonEmpty(mask, type) })),
      ...(aoi === undefined ? {} : { aoi }),
      ...(depth === undefined ? {} : { depth }),
    };
  };
}

function draw(shape: Shape, mask: Mask): void {
  if (isOutlines(shape)) {
    // One by one and not as one outline: where two overlap the pixel is inside.
    for (const flat of shape) {
      const points = Array.from({ length: flat.length / 2 }, (_, i): Point => [flat[2 * i] ?? 0, flat[2 * i + 1] ?? 0]);
      drawPolygon(mask, points);
    }
    return;
  }
  const { width, height } = mask;
  try {
    const [rows, columns] = shape.size;
    if (rows !== height || columns !== width) throw new RangeError(`they are for ${columns}x${rows} pixels`);
    drawRuns(typeof shape.counts === 'string' ? decompressRuns(shape.counts) : shape.counts, mask);
  } catch (cause) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'The run lengths of an annotation cannot be read',
      expected: `runs for ${width}x${height} pixels`,
      got: String(cause).replace('RangeError: ', ''),
      reason: 'mask-damaged',
      cause,
    });
  }
}

/** Pixels and edges by rows that are drawn for one image at most: some seconds. */
const mostWork = 4e9;

/** Outlines may be few and small in a file and yet cover a large image any number of times. */
function refuseTooMuch(shapes: readonly Shape[], { width, height }: Pick<Mask, 'width' | 'height'>): void {
  let work = 0;
  for (const shape of shapes) {
    if (!isOutlines(shape)) work += width * height;
    else for (const flat of shape) work += workOf(flat, width, height);
  }
  if (work <= mostWork) return;
  throw fail({
    code: 'DATA_INVALID',
    what: 'There is too much to draw on the image',
    expected: `at most ${mostWork} pixels and edges of outlines`,
    got: `${Math.round(work)} in ${shapes.length} annotations`,
    reason: 'annotation-too-large',
    advice: 'Unite the outlines of a type into one, or make image and outlines smaller',
  });
}

/** The box around an outline and the rows that its edges cross. */
function workOf(flat: readonly number[], width: number, height: number): number {
  const within = (value: number, size: number) => Math.min(size, Math.max(0, value));
  let [left, right, top, bottom, rows] = [width, 0, height, 0, 0];
  let before = within(flat.at(-1) ?? 0, height);
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const [x, y] = [within(flat[at] ?? 0, width), within(flat[at + 1] ?? 0, height)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    rows += Math.abs(y - before);
    before = y;
  }
  return Math.max(0, right - left) * Math.max(0, bottom - top) + rows + flat.length;
}

function isOutlines(shape: Shape): shape is readonly (readonly number[])[] {
  return Array.isArray(shape);
}

function nonEmpty(mask: Mask, type: string): Mask {
  if (maskArea(mask) > 0) return mask;
  throw fail({
    code: 'DATA_INVALID',
    what: `The outlines of '${type}' hold no pixel`,
    reason: 'mask-empty',
    advice: 'Outline the defect within the image, or delete the annotation',
  });
}
