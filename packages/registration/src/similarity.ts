/**
 * Similarities as matrices. Inside this package points are in pixels from the outer corner of the top left pixel, x to the
 * right, y down, so that a pixel's centre is at (column + 0.5, row + 0.5) and coordinates scale with an image.
 */

/** The transform (x, y) -> (a x - b y + u, b x + a y + v). */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly u: number;
  readonly v: number;
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * How an image lies over its reference. With p the distance of a point from the centre of the reference, in pixels, x to the
 * right and y down, the point is found in the image at scale * R(angle) * p + (dx, dy) from the centre of the image;
 * R turns x towards y, which is clockwise on a screen.
 */
export interface Transform {
  /** Degrees in (-180, 180], clockwise. */
  readonly angle: number;
  /** Pixels of the image for each pixel of the reference. */
  readonly scale: number;
  /** Where the centre of the reference lies, in pixels from the centre of the image. */
  readonly dx: number;
  readonly dy: number;
}

/** The matrix of a transform about the centres. */
export function similarityOf({ angle, scale, dx, dy }: Transform, reference: Size, image: Size): Similarity {
  const a = scale * Math.cos((angle * Math.PI) / 180);
  const b = scale * Math.sin((angle * Math.PI) / 180);
  const [x, y] = [reference.width / 2, reference.height / 2];
  return { a, b, u: image.width / 2 + dx - a * x + b * y, v: image.height / 2 + dy - b * x - a * y };
}

/** The transform about the centres of a matrix. */
export function transformOf({ a, b, u, v }: Similarity, reference: Size, image: Size): Transform {
  const [x, y] = [reference.width / 2, reference.height / 2];
  return {
    angle: (Math.atan2(b, a) * 180) / Math.PI,
    scale: Math.hypot(a, b),
    dx: a * x - b * y + u - image.width / 2,
    dy: b * x + a * y + v - image.height / 2,
  };
}

/** First `second`, then `first`. */
export function compose(first: Similarity, second: Similarity): Similarity {
  return {
    a: first.a * second.a - first.b * second.b,
    b: first.b * second.a + first.a * second.b,
    u: first.a * second.u - first.b * second.v + first.u,
    v: first.b * second.u + first.a * second.v + first.v,
  };
}

/** The way back; the scale must not be zero. */
export function inverted({ a, b, u, v }: Similarity): Similarity {
  const square = a * a + b * b;
  const [c, s] = [a / square, -b / square];
  return { a: c, b: s, u: -c * u + s * v, v: -s * u - c * v };
}

/** The same transform of images whose pixels are `factor` times as wide. */
export function coarser({ a, b, u, v }: Similarity, factor: number): Similarity {
  return { a, b, u: u / factor, v: v / factor };
}

/** The longest way between where two transforms take a corner of an image of that size, in pixels. */
export function apart(one: Similarity, other: Similarity, { width, height }: Size): number {
  let most = 0;
  for (const x of [0, width]) {
    for (const y of [0, height]) {
      const [a, b] = [one.a - other.a, one.b - other.b];
      most = Math.max(most, Math.hypot(a * x - b * y + one.u - other.u, b * x + a * y + one.v - other.v));
    }
  }
  return most;
}
