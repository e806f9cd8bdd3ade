/** Images under known transforms, noise and light. */
import { random, type RandomStream, type Raster } from '@foveate/contracts';
import { inverted, similarityOf, type Transform } from '../similarity.js';

// Bound once: a look-up of a global for every pixel is slow in some realms (Jest has one).
const { floor, max, min, round } = Math;

/** Light that falls on an image: `gain * ramp * v ** gamma + offset`, then noise. */
export interface Light {
  readonly gain: number;
  /** Grey levels. */
  readonly offset: number;
  /** How much lighter the right edge is than the middle, as a share. */
  readonly ramp: number;
  readonly gamma: number;
  /** Standard deviation in grey levels. */
  readonly noise: number;
}

/** Value noise of several octaves: grey clouds, each seed others. */
export function clouds(side: number, seed: number): Raster {
  const draw = random(seed, 'clouds');
  const sum = new Float64Array(side * side);
  for (let cells = 4; cells < side / 3; cells *= 2) {
    const grid = Float64Array.from({ length: (cells + 2) ** 2 }, () => draw.float() - 0.5);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const value = bilinear(grid, cells + 2, (x * cells) / side, (y * cells) / side);
        sum[y * side + x]! += (value * 240) / Math.sqrt(cells);
      }
    }
  }
  return { width: side, height: side, channels: 1, data: Uint8Array.from(sum, (value) => clamped(128 + value)) };
}

/** The middle of a scene. */
export function middle(scene: Raster, width: number, height: number): Raster {
  return seen(scene, { angle: 0, scale: 1, dx: 0, dy: 0 }, width, height);
}

/** A scene as it is seen when its middle, of that size, lies over the image by a transform. */
export function seen(
  scene: Raster,
  transform: Transform,
  width: number,
  height: number,
  light?: Light,
  draw: RandomStream = random(1, 'noise'),
): Raster {
  const { channels } = scene;
  const { a, b, u, v } = inverted(similarityOf(transform, scene, { width, height }));
  const data = new Uint8Array(width * height * channels);
  // Drawing a deviate for each pixel would take most of the time.
  const deviates = Float64Array.from({ length: 9973 }, () => draw.normal());
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = within(a * (x + 0.5) - b * (y + 0.5) + u - 0.5, scene.width);
      const fromY = within(b * (x + 0.5) + a * (y + 0.5) + v - 0.5, scene.height);
      for (let channel = 0; channel < channels; channel++) {
        const value = bilinear(scene.data, scene.width, fromX, fromY, channels, channel);
        data[(y * width + x) * channels + channel] = clamped(
          light === undefined
            ? value
            : lit(value, x / width, light) + light.noise * deviates[((y * width + x) * 31 + ((y * x) % 97)) % 9973]!,
        );
      }
    }
  }
  return { width, height, channels, data };
}

/** The longest way between where two transforms take a corner of an image, in pixels. */
export function error(one: Transform, other: Transform, width: number, height: number): number {
  const place = ({ angle, scale, dx, dy }: Transform, x: number, y: number): readonly [number, number] => {
    const [c, s] = [scale * Math.cos((angle * Math.PI) / 180), scale * Math.sin((angle * Math.PI) / 180)];
    return [c * x - s * y + dx, s * x + c * y + dy];
  };
  const corners = [-1, 1].flatMap((x) => [-1, 1].map((y) => [(x * width) / 2, (y * height) / 2] as const));
  const ways = corners.map(([x, y]) => {
    const [p, q] = [place(one, x, y), place(other, x, y)];
    return Math.hypot(p[0] - q[0], p[1] - q[1]);
  });
  return max(...ways);
}

/** Any transform up to 15 degrees, 20% and a tenth of the side, and any light. */
export function drawn(draw: RandomStream, side: number): { readonly transform: Transform; readonly light: Light } {
  return {
    transform: {
      angle: draw.uniform(-15, 15),
      scale: Math.exp(draw.uniform(-1, 1) * Math.log(1.2)),
      dx: draw.uniform(-0.1, 0.1) * side,
      dy: draw.uniform(-0.1, 0.1) * side,
    },
    light: {
      gain: draw.uniform(0.7, 1.3),
      offset: draw.uniform(-30, 30),
      ramp: draw.uniform(-0.3, 0.3),
      gamma: draw.uniform(0.7, 1.4),
      noise: 10,
    },
  };
}

function lit(value: number, across: number, { gain, offset, ramp, gamma }: Light): number {
  return gain * (1 + ramp * (2 * across - 1)) * 255 * (value / 255) ** gamma + offset;
}

const clamped = (value: number): number => max(0, min(255, round(value)));
const within = (at: number, length: number): number => max(0, min(length - 1.001, at));

function bilinear(data: ArrayLike<number>, width: number, x: number, y: number, channels = 1, channel = 0): number {
  const [column, row] = [floor(x), floor(y)];
  const at = (row * width + column) * channels + channel;
  const [right, down] = [x - column, y - row];
  const above = data[at]! * (1 - right) + data[at + channels]! * right;
  const below = data[at + width * channels]! * (1 - right) + data[at + (width + 1) * channels]! * right;
  return above * (1 - down) + below * down;
}
