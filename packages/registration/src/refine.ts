/**
 * Refinement of a transform at one level by Gauss-Newton steps, in the inverse compositional form (Baker & Matthews 2004),
 * on the enhanced correlation coefficient (Evangelidis & Psarakis 2008): gain and offset are solved for with every step.
 */
import type { Plane } from './plane.js';
import { apart, compose, inverted, type Similarity } from './similarity.js';
import { NormalEquations, type Columns } from './normal-equations.js';
import { solved } from './solve.js';

/** A reference at one level with what steps need of it. */
export interface Steppable {
  readonly plane: Plane;
  readonly gradientX: Float32Array;
  readonly gradientY: Float32Array;
}

/** A transform as refined. */
export interface Refined {
  readonly similarity: Similarity;
  /** Correlation coefficient over the overlap, in [-1, 1]. */
  readonly correlation: number;
  /** Share of the reference, or of the image if that is smaller, that the other covers. */
  readonly overlap: number;
}

/** Less of an overlap proves nothing. */
const leastOverlap = 0.3;
/** Pixels of the level that a last step may move a corner. */
const settled = 0.02;

/** Central differences. */
export function steppable(plane: Plane): Steppable {
  const { width, height, data } = plane;
  const gradientX = new Float32Array(data.length);
  const gradientY = new Float32Array(data.length);
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1; at < y * width + width - 1; at++) {
      gradientX[at] = 0.5 * ((data[at + 1] as number) - (data[at - 1] as number));
      gradientY[at] = 0.5 * ((data[at + width] as number) - (data[at - width] as number));
    }
  }
  return { plane, gradientX, gradientY };
}

/**
 * @param most steps at most
 * @param stride every how many rows and columns a pixel is looked at
 * @returns the best transform seen; undefined where reference and image do not overlap enough
 */
export function refined(
  reference: Steppable,
  image: Plane,
  start: Similarity,
  most: number,
  stride = 1,
): Refined | undefined {
  let similarity = start;
  let best: Refined | undefined;
  for (let step = 0; step <= most; step++) {
    const sums = summed(reference, image, similarity, stride);
    if (sums.overlap < leastOverlap) return best;
    if (best === undefined || sums.correlation > best.correlation) {
      best = { similarity, correlation: sums.correlation, overlap: sums.overlap };
    }
    if (step === most || sums.correlation < best.correlation - 0.05) break;
    const next = stepped(similarity, sums, reference.plane);
    if (next === undefined) break;
    const moved = apart(next, similarity, reference.plane);
    similarity = next;
    if (moved < settled) break;
  }
  return best;
}

interface Sums {
  readonly normal: Float64Array;
  readonly right: Float64Array;
  readonly correlation: number;
  readonly overlap: number;
}

/** Normal equations of the image as a linear function of the reference and its derivatives. */
function summed(reference: Steppable, image: Plane, way: Similarity, stride: number): Sums {
  const { width, height } = reference.plane;
  const equations = new NormalEquations(Math.ceil(width / stride));
  for (let y = 1; y < height - 1; y += stride)
    equations.add(gathered(reference, image, way, y, stride, equations.columns));
  const [seen, squares] = [equations.total(5), equations.product(5, 5)];
  const [own, ownSquares, count] = [equations.total(0), equations.product(0, 0), equations.count];
  const spread = (ownSquares - own ** 2 / count) * (squares - seen ** 2 / count);
  const covariance = equations.product(0, 5) - (own * seen) / count;
  const scale = way.a ** 2 + way.b ** 2;
  const smaller = Math.min((width - 2) * (height - 2), ((image.width - 1) * (image.height - 1)) / scale);
  return {
    ...equations.system(),
    correlation: count > 0 && spread > 0 ? covariance / Math.sqrt(spread) : -1,
    overlap: (count * stride * stride) / smaller,
  };
}

/**
 * Writes what one row of the reference gives into the columns: value, its derivatives by scale, rotation, x and y, and what
 * the image has there.
 * @returns how many pixels of the row lie over the image
 */
function gathered(
  { plane, gradientX, gradientY }: Steppable,
  image: Plane,
  { a, b, u, v }: Similarity,
  y: number,
  stride: number,
  [values, grows, turns, byX, byY, seen]: Columns,
): number {
  const { width, height, data } = plane;
  const { width: imageWidth, data: imageData } = image;
  const [lastX, lastY] = [imageWidth - 1, image.height - 1];
  const unit = 2 / Math.sqrt(width * height);
  const relativeY = (y + 0.5 - height / 2) * unit;
  let toX = a * 1.5 - b * (y + 0.5) + u - 0.5;
  let toY = b * 1.5 + a * (y + 0.5) + v - 0.5;
  const [stepX, stepY] = [a * stride, b * stride];
  let count = 0;
  for (let x = 1, at = y * width + 1; x < width - 1; x += stride, at += stride, toX += stepX, toY += stepY) {
    if (!(toX >= 0 && toY >= 0 && toX < lastX && toY < lastY)) continue;
    const column = toX | 0;
    const row = toY | 0;
    const right = toX - column;
    const from = row * imageWidth + column;
    const above = (imageData[from] as number) * (1 - right) + (imageData[from + 1] as number) * right;
    const below =
      (imageData[from + imageWidth] as number) * (1 - right) + (imageData[from + imageWidth + 1] as number) * right;
    const [dx, dy] = [gradientX[at] as number, gradientY[at] as number];
    const relativeX = (x + 0.5 - width / 2) * unit;
    values[count] = data[at] as number;
    grows[count] = dx * relativeX + dy * relativeY;
    turns[count] = dy * relativeX - dx * relativeY;
    byX[count] = dx;
    byY[count] = dy;
    seen[count] = above + (toY - row) * (below - above);
    count++;
  }
  return count;
}

/** The transform after one step; undefined where the equations have no solution. */
function stepped(similarity: Similarity, { normal, right }: Sums, { width, height }: Plane): Similarity | undefined {
  const solution = solved(normal, right);
  if (solution === undefined) return undefined;
  const [gain = 0, grow = 0, turn = 0, x = 0, y = 0] = solution;
  // An image that is darker where the reference is lighter is no start for a step.
  if (!(gain > 0)) return undefined;
  const unit = 2 / Math.sqrt(width * height);
  const [c, s] = [1 + (grow * unit) / gain, (turn * unit) / gain];
  if (!(c > 0.5 && c < 2 && Math.abs(s) < 0.5)) return undefined;
  // The small similarity is about the centre of the reference.
  const [centreX, centreY] = [width / 2, height / 2];
  const small = {
    a: c,
    b: s,
    u: centreX + x / gain - c * centreX + s * centreY,
    v: centreY + y / gain - s * centreX - c * centreY,
  };
  return compose(similarity, inverted(small));
}
