/** Teeth torn off: a ragged bright fracture, a dark hole where the tooth was, sometimes a splinter beside it. */
import { at, coilHalfWidth } from './geometry.js';
import { smoothNoise } from './_noise.js';
import { somewhereAlong, blob } from './_places.js';
import type { Damage } from './scene.js';
import { boxOf, paintStrokes } from './_strokes.js';

/** MVTec's `broken_teeth`. */
export const brokenTeeth: Damage = {
  type: 'broken_teeth',
  place: 'teeth',
  apply: (scene, random, severity) => {
    const y = somewhereAlong(random);
    const side = random.pick([-1, 1] as const);
    const strand = side < 0 ? scene.teeth.left : scene.teeth.right;
    const count = Math.max(1, Math.round((2 + random.integer(3)) * severity));
    const torn = [...strand].sort((a, b) => Math.abs(a.y - y) - Math.abs(b.y - y)).slice(0, count);
    for (const tooth of torn) {
      tooth.cut = random.uniform(12, 34);
      tooth.tilt += random.uniform(-0.3, 0.3);
    }
    const top = Math.min(...torn.map((tooth) => tooth.y)) - 13;
    const bottom = Math.max(...torn.map((tooth) => tooth.y)) + 13;
    const middle = (top + bottom) / 2;
    const texture = random.uint32();
    const hole = blob(
      brokenTeeth.type,
      { x: side * random.uniform(8, 16), y: middle },
      { x: random.uniform(16, 22) * Math.min(1, severity), y: (bottom - top) / 2 },
      texture,
    );
    const open = at(scene.opening, middle);
    // The sewing thread is torn too: the hole is darker than the ground between teeth.
    scene.overlays.push({
      box: { left: -coilHalfWidth - open, right: coilHalfWidth + open, top: top - 4, bottom: bottom + 4 },
      paint: (x, along, grey) =>
        hole.contains(x, along) && grey < 118 ? 20 + 22 * smoothNoise(x / 3, along / 3, texture) : grey,
    });
    const splinters = Array.from({ length: random.integer(4) + 1 }, () => {
      const x = side * random.uniform(-4, 36);
      const startY = random.uniform(top + 5, bottom - 5);
      const turn = random.uniform(0, Math.PI);
      const length = random.uniform(5, 11);
      return {
        points: [x, startY, x + length * Math.cos(turn), startY + length * Math.sin(turn)],
        halfWidth: random.uniform(1.8, 3) * Math.min(1, severity),
        grey: random.uniform(110, 215),
      };
    });
    scene.overlays.push({
      box: boxOf(splinters, 3),
      paint: (x, along, grey) => paintStrokes(splinters, x, along, grey),
    });
    scene.regions.push(
      blob(brokenTeeth.type, { x: side * 18, y: middle }, { x: 33, y: (bottom - top) / 2 + 5 }, texture),
    );
  },
};
