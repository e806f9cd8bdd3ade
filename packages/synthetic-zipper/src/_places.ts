/** Where damages go and how an annotator would outline them. */
import type { RandomStream } from '@foveate/contracts';
import { aoiHalfWidth } from './geometry.js';
import { smoothNoise } from './_noise.js';
import type { Region, Scene } from './scene.js';

// Bound once: used for every point painted, and a look-up of a global is slow in some realms (Jest has one).
const { abs } = Math;

/** Farthest position along the zipper at which a damage is centred, so that it is in the image in every pose. */
const alongReach = 175;

/** A random position along the zipper that is visible in every pose. */
export function somewhereAlong(random: RandomStream): number {
  return random.uniform(-alongReach, alongReach);
}

/** A wobbly ellipse. */
export function blob(
  type: string,
  centre: { readonly x: number; readonly y: number },
  radius: { readonly x: number; readonly y: number },
  texture: number,
): Region {
  return {
    type,
    contains: (x, y) => {
      const dx = (x - centre.x) / radius.x;
      const dy = (y - centre.y) / radius.y;
      const distance = dx * dx + dy * dy;
      return distance < 1.3 && distance < 0.7 + 0.6 * smoothNoise(x / 9, y / 9, texture);
    },
  };
}

/** A hand-drawn outline on the coil: rounded box of the coil's width, clear of the border of the area of interest. */
export function coilRegion(scene: Scene, type: string, y: number, halfLength: number): Region {
  const limit = aoiHalfWidth - 3;
  return {
    type,
    contains: (x, along) => {
      const dx = abs(x) / limit;
      const dy = abs(along - y) / halfLength;
      return dx < 1 && dy < 1.2 && dx ** 4 + dy ** 4 < 0.75 + 0.25 * smoothNoise(x / 9, along / 9, scene.texture);
    },
  };
}
