import type { Mask } from '@foveate/contracts';

/** An ellipse or a ring, in shares of the image's width and height. */
export interface Ellipse {
  readonly kind: 'ellipse' | 'ring';
  /** Middle. */
  readonly x: number;
  readonly y: number;
  /** Whole width and height, before it is turned. */
  readonly width: number;
  readonly height: number;
  /** Of a ring: size of the hole as a share of that of the ring. */
  readonly hole?: number;
  /** Degrees clockwise about the middle; default 0. */
  readonly angle?: number | undefined;
}

/**
 * Adds an ellipse or a ring to a mask. A pixel belongs to it when its centre does, edges included; that on the edge of a hole is
 * in the ring. Parts off the mask are cut off.
 */
export function drawEllipse({ width, height, data }: Mask, shape: Ellipse): void {
  const [centreX, centreY] = [shape.x * width, shape.y * height];
  const [radiusX, radiusY] = [(shape.width * width) / 2, (shape.height * height) / 2];
  const angle = ((shape.angle ?? 0) * Math.PI) / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const least = (shape.hole ?? 0) ** 2;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [column + 0.5 - centreX, row + 0.5 - centreY];
      const square = ((c * x + s * y) / radiusX) ** 2 + ((c * y - s * x) / radiusY) ** 2;
      // Rounding must not decide about centres on an edge.
      if (square <= 1 + 1e-12 && square >= least - 1e-12) data[row * width + column] = 255;
    }
  }
}
