/** The tape's border is torn: a bite is missing and loose fibres stand out over the bright backdrop. */
import { alongExtent, at } from './geometry.js';
import { smoothNoise } from './_noise.js';
import { somewhereAlong } from './_places.js';
import type { Damage } from './scene.js';
import { boxOf, distanceTo, inBox, paintStrokes, type Stroke } from './_strokes.js';

/** MVTec's `fabric_border`. */
export const fabricBorder: Damage = {
  type: 'fabric_border',
  place: 'cloth',
  apply: (scene, random) => {
    const y = somewhereAlong(random);
    const side = random.pick([-1, 1] as const);
    const border = side < 0 ? scene.cloth.borders.left : scene.cloth.borders.right;
    const original = at(border, y);
    const halfLength = random.uniform(16, 40);
    const depth = random.uniform(6, 26);
    const texture = random.uint32();
    const bite = (along: number): number => {
      const t = (along - y) / halfLength;
      return Math.abs(t) >= 1 ? 0 : depth * (1 - t * t) * (0.35 + 1.1 * smoothNoise(along / 5, 0, texture));
    };
    for (let index = 0; index < border.length; index++)
      border[index] = (border[index] as number) - bite(index - alongExtent);
    const fibres: Stroke[] = Array.from({ length: 7 + random.integer(10) }, () => {
      const start = y + halfLength * random.uniform(-0.9, 0.9);
      let x = side * (at(border, start) - random.uniform(1, 7));
      let along = start;
      let turn = random.uniform(-1.1, 1.1);
      const points = [x, along];
      const length = random.uniform(4, 9);
      for (let i = 0; i < 4; i++) {
        turn += random.uniform(-0.8, 0.8);
        x += side * length * Math.cos(turn);
        along += length * Math.sin(turn);
        points.push(x, along);
      }
      return { points, halfWidth: random.uniform(0.9, 1.7), grey: random.uniform(60, 170) };
    });
    const box = boxOf(fibres, 4);
    scene.overlays.push({ box, paint: (x, along, grey) => paintStrokes(fibres, x, along, grey) });
    scene.regions.push({
      type: fabricBorder.type,
      contains: (x, along) => {
        const outside = side * x;
        if (outside > original - bite(along) - 4 && outside < original + 3 && Math.abs(along - y) < halfLength)
          return true;
        return inBox(box, x, along) && fibres.some((fibre) => distanceTo(fibre, x, along) < 3);
      },
    });
  },
};
