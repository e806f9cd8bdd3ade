/** Drawn images: a bright disc on dark ground, and a dim square where it is asked for. */
import { random, type Mask } from '@foveate/contracts';
import type { TrainingImage } from '../training-image.js';

export const side = 32;

function maskOf(inside: (x: number, y: number) => boolean): Mask {
  const data = Uint8Array.from({ length: side * side }, (_, i) => (inside(i % side, Math.floor(i / side)) ? 255 : 0));
  return { width: side, height: side, channels: 1, data };
}

/** The image of a number: always the same. */
export function disc(number: number): TrainingImage {
  const stream = random(7, 'disc', number);
  const [x0, y0, radius] = [stream.uniform(10, 22), stream.uniform(10, 22), stream.uniform(5, 8)];
  const mask = maskOf((x, y) => Math.hypot(x - x0, y - y0) < radius);
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) =>
    Math.round((mask.data[Math.floor(i / 3)] === 255 ? 200 : 60) + 30 * stream.uniform(-1, 1)),
  );
  return {
    id: `disc${String(number)}`,
    image: { width: side, height: side, channels: 3, data },
    areas: { disc: mask },
  };
}
