/** Teeth pressed together: they bunch up, flatten and merge, and leave a gap above and below. */
import { pitch } from './geometry.js';
import { coilRegion, somewhereAlong } from './_places.js';
import type { Damage } from './scene.js';

/** MVTec's `squeezed_teeth`. */
export const squeezedTeeth: Damage = {
  type: 'squeezed_teeth',
  place: 'teeth',
  apply: (scene, random, severity) => {
    const y = somewhereAlong(random);
    const halfLength = random.uniform(2.2, 3.4) * pitch;
    const pull = Math.min(0.75, random.uniform(0.36, 0.62) * severity);
    for (const strand of [scene.teeth.left, scene.teeth.right]) {
      const side = random.uniform(-3, 3);
      for (const tooth of strand) {
        const t = (tooth.y - y) / halfLength;
        if (Math.abs(t) >= 1) continue;
        const share = 1 - t * t;
        tooth.y = y + (tooth.y - y) * (1 - pull * share) + side * share + random.uniform(-1.5, 1.5);
        tooth.thickness *= 1 + 0.35 * share * severity;
        tooth.gloss *= 1 + 0.35 * share * severity;
        tooth.tilt += share * random.uniform(-0.3, 0.3) * severity;
      }
    }
    scene.regions.push(coilRegion(scene, squeezedTeeth.type, y, halfLength + 2));
  },
};
