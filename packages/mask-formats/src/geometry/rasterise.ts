/** Shapes to pixels. */
import { fail, type Mask } from '@foveate/contracts';
import { drawRings, emptyMask } from '@foveate/image';
import type { Ellipse, Shape } from '../model.js';
import { drawRuns } from '../run-lengths/draw-runs.js';
import { workOf } from './work.js';

/** Pixels and edges by rows that are drawn for one image at most: some seconds. */
const mostWork = 4e9;

/**
 * The shape as a mask of an image of that size. A pixel is inside when its centre is; what leaves the image is cut off.
 * @throws FoveateError `DATA_INVALID` when run lengths do not fill their box
 */
export function rasterise(shape: Shape, width: number, height: number): Mask {
  const mask = emptyMask(width, height);
  drawShape(mask, shape);
  return mask;
}

/** Adds a shape to a mask, as {@link rasterise} draws it. @throws as {@link rasterise} */
export function drawShape(mask: Mask, shape: Shape): void {
  if (shape.kind === 'ellipse') drawEllipse(mask, shape);
  else if (shape.kind === 'runs') drawRuns(mask, shape);
  else for (const part of shape.parts) drawRings(mask, part);
}

/**
 * Refuses shapes that would take minutes to draw: few and small in a file, they may cover a large image any number of times.
 * @throws FoveateError `DATA_INVALID`
 */
export function refuseTooMuch(shapes: Iterable<Shape>, width: number, height: number, where: string): void {
  let work = 0;
  for (const shape of shapes) work += workOf(shape, width, height);
  if (work <= mostWork) return;
  throw fail({
    code: 'DATA_INVALID',
    what: 'There is too much to draw on the image',
    where,
    expected: `at most ${mostWork} pixels and edges`,
    got: String(Math.round(work)),
    reason: 'annotation-too-large',
    advice: 'Unite the objects of a label, or make image and annotations smaller',
  });
}

function drawEllipse({ width, height, data }: Mask, { x, y, radiusX, radiusY, angle }: Ellipse): void {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const [reachX, reachY] = [Math.hypot(radiusX * cos, radiusY * sin), Math.hypot(radiusX * sin, radiusY * cos)];
  const [left, right] = [Math.max(0, Math.floor(x - reachX)), Math.min(width, Math.ceil(x + reachX) + 1)];
  const [top, bottom] = [Math.max(0, Math.floor(y - reachY)), Math.min(height, Math.ceil(y + reachY) + 1)];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const [dx, dy] = [column + 0.5 - x, row + 0.5 - y];
      const [along, across] = [(dx * cos + dy * sin) / radiusX, (dy * cos - dx * sin) / radiusY];
      if (along * along + across * across <= 1) data[row * width + column] = 255;
    }
  }
}
