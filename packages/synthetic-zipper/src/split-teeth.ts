/** The strands come apart: the coil opens like an eye, its teeth no longer meet and stand askew. */
import { smoothNoise } from './_noise.js';
import { alongExtent, at, pitch } from './geometry.js';
import { coilRegion, somewhereAlong } from './_places.js';
import type { Damage } from './scene.js';

/** MVTec's `split_teeth`. */
export const splitTeeth: Damage = {
  type: 'split_teeth',
  place: 'teeth',
  apply: (scene, random, severity) => {
    const y = somewhereAlong(random);
    const halfLength = random.uniform(1.6, 3.8) * pitch;
    // More than 12 units would leave the area of interest.
    const width = Math.min(12, random.uniform(7, 12) * severity);
    for (let index = 0; index < scene.opening.length; index++) {
      const t = (index - alongExtent - y) / halfLength;
      if (Math.abs(t) >= 1) continue;
      const eye = width * Math.cos((Math.PI / 2) * t) * (0.9 + 0.2 * smoothNoise(index / 14, 0, scene.texture));
      scene.opening[index] = Math.min(12, Math.max(scene.opening[index] as number, eye));
    }
    for (const strand of [scene.teeth.left, scene.teeth.right])
      for (const tooth of strand) {
        const share = at(scene.opening, tooth.y) / 12;
        if (Math.abs(tooth.y - y) > halfLength) continue;
        tooth.y += share * random.uniform(-5, 5) * severity;
        tooth.tilt += share * random.uniform(-0.45, 0.45) * severity;
      }
    scene.regions.push(coilRegion(scene, splitTeeth.type, y, halfLength + 3));
  },
};
