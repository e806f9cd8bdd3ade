/** Teeth scratched and abraded: ragged outlines, and glaring flecks where the surface is raw. */
import { at, coilHalfWidth, pitch } from './geometry.js';
import { smoothNoise, smoothstep } from './_noise.js';
import { coilRegion, somewhereAlong } from './_places.js';
import type { Damage } from './scene.js';

/** MVTec's `rough`. */
export const rough: Damage = {
  type: 'rough',
  place: 'teeth',
  apply: (scene, random, severity) => {
    const y = somewhereAlong(random);
    const halfLength = random.uniform(1.1, 2.6) * pitch;
    const glare = random.uniform(70, 140) * severity;
    const texture = random.uint32();
    for (const strand of [scene.teeth.left, scene.teeth.right])
      for (const tooth of strand) {
        if (Math.abs(tooth.y - y) > halfLength) continue;
        tooth.roughness = Math.max(tooth.roughness, 1.1 * severity);
        tooth.tilt += random.uniform(-0.14, 0.14) * severity;
        tooth.y += random.uniform(-2, 2) * severity;
      }
    const reach = coilHalfWidth + at(scene.opening, y);
    scene.overlays.push({
      box: { left: -reach, right: reach, top: y - halfLength, bottom: y + halfLength },
      paint: (x, along, grey) => {
        const fade = 1 - smoothstep(0.5, 1, Math.abs(along - y) / halfLength);
        const scratch = smoothstep(0.5, 0.8, smoothNoise(x / 4.5, along / 2.6, texture));
        const onTooth = smoothstep(34, 70, grey);
        return Math.min(250, grey + glare * fade * scratch * (0.15 + 0.85 * onTooth));
      },
    });
    scene.regions.push(coilRegion(scene, rough.type, y, halfLength + 5));
  },
};
