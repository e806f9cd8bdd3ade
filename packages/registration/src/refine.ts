/**
 * Refinement of a transform at one level by Gauss-Newton steps, in the inverse compositional form (Baker & Matthews 2004),
 * on the enhanced correlation coefficient (Evangelidis & Psarakis 2008): gain and offset are solved for with every step.
 */
import type { Plane } from './plane.js';
import { apart, compose, inverted, type Similarity } from './similarity.js';
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

/** Unknowns of a step: gain, offset, and gain times the four parameters of a small similarity. */
const unknowns = 6;

interface Sums {
  readonly normal: Float64Array;
  readonly right: Float64Array;
  readonly correlation: number;
  readonly overlap: number;
}

/** Normal equations of the image as a linear function of the reference and its derivatives. */
function summed({ plane, gradientX, gradientY }: Steppable, image: Plane, way: Similarity, stride: number): Sums {
  const { width, height, data } = plane;
  const { a, b, u, v } = way;
  const { width: imageWidth, height: imageHeight, data: imageData } = image;
  const [lastX, lastY] = [imageWidth - 1, imageHeight - 1];
  const [centreX, centreY] = [width / 2, height / 2];
  const unit = 2 / Math.sqrt(width * height);
  // One name for each sum: in an array they would be read and written for every pixel.
  let [n, r, rr, i, ii, ri] = [0, 0, 0, 0, 0, 0];
  let [s, t, gx, gy, sr, tr, xr, yr, si, ti, xi, yi] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  let [ss, st, sx, sy, tt, tx, ty, xx, xy, yy] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let y = 1; y < height - 1; y += stride) {
    const fromY = y + 0.5;
    let toX = a * 1.5 - b * fromY + u - 0.5;
    let toY = b * 1.5 + a * fromY + v - 0.5;
    const relativeY = (fromY - centreY) * unit;
    const [stepX, stepY] = [a * stride, b * stride];
    for (let x = 1, at = y * width + 1; x < width - 1; x += stride, at += stride, toX += stepX, toY += stepY) {
      if (!(toX >= 0 && toY >= 0 && toX < lastX && toY < lastY)) continue;
      const column = toX | 0;
      const row = toY | 0;
      const right = toX - column;
      const down = toY - row;
      const from = row * imageWidth + column;
      const above = imageData[from]! + right * (imageData[from + 1]! - imageData[from]!);
      const lower = imageData[from + imageWidth]!;
      const below = lower + right * (imageData[from + imageWidth + 1]! - lower);
      const seen = above + down * (below - above);
      const value = data[at]!;
      const dx = gradientX[at]!;
      const dy = gradientY[at]!;
      const relativeX = (x + 0.5 - centreX) * unit;
      const grow = dx * relativeX + dy * relativeY;
      const turn = dy * relativeX - dx * relativeY;
      n++;
      r += value;
      rr += value * value;
      i += seen;
      ii += seen * seen;
      ri += value * seen;
      s += grow;
      t += turn;
      gx += dx;
      gy += dy;
      sr += grow * value;
      tr += turn * value;
      xr += dx * value;
      yr += dy * value;
      si += grow * seen;
      ti += turn * seen;
      xi += dx * seen;
      yi += dy * seen;
      ss += grow * grow;
      st += grow * turn;
      sx += grow * dx;
      sy += grow * dy;
      tt += turn * turn;
      tx += turn * dx;
      ty += turn * dy;
      xx += dx * dx;
      xy += dx * dy;
      yy += dy * dy;
    }
  }
  const scale = a * a + b * b;
  const smaller = Math.min((width - 2) * (height - 2), (lastX * lastY) / scale);
  const spread = (rr - (r * r) / n) * (ii - (i * i) / n);
  return {
    // prettier-ignore
    normal: Float64Array.of(
      rr, r, sr, tr, xr, yr,
      r, n, s, t, gx, gy,
      sr, s, ss, st, sx, sy,
      tr, t, st, tt, tx, ty,
      xr, gx, sx, tx, xx, xy,
      yr, gy, sy, ty, xy, yy,
    ),
    right: Float64Array.of(ri, i, si, ti, xi, yi),
    correlation: n > 0 && spread > 0 ? (ri - (r * i) / n) / Math.sqrt(spread) : -1,
    overlap: (n * stride * stride) / smaller,
  };
}

/** The transform after one step; undefined where the equations have no solution. */
function stepped(similarity: Similarity, { normal, right }: Sums, { width, height }: Plane): Similarity | undefined {
  const solution = solved(normal, right, unknowns);
  if (solution === undefined) return undefined;
  const [gain = 0, , grow = 0, turn = 0, x = 0, y = 0] = solution;
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
