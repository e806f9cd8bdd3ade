/** The tape itself is damaged, away from coil and border: a cut, a stain or a pulled thread. */
import type { RandomStream } from '@foveate/contracts';
import { clothInterior } from './geometry.js';
import { smoothNoise, smoothstep } from './_noise.js';
import { somewhereAlong } from './_places.js';
import type { Damage, Region, Overlay, Scene } from './scene.js';
import { boxOf, distanceTo, inBox, paintStrokes, type Stroke } from './_strokes.js';

const type = 'fabric_interior';

/** A centre whose surroundings of `reach` lie on the tape's interior. */
function centreOnCloth(random: RandomStream, reach: number): { x: number; y: number } {
  const side = random.pick([-1, 1] as const);
  return { x: side * random.uniform(clothInterior.near + reach, clothInterior.far - reach), y: somewhereAlong(random) };
}

/** A polyline of `halfLength` to both sides of a centre whose direction changes by up to `bend` per part. */
function wander(random: RandomStream, centre: { x: number; y: number }, halfLength: number, bend: number): number[] {
  const step = halfLength / 4;
  const start = random.uniform(0, Math.PI);
  const arm = (turn: number): number[][] => {
    let { x, y } = centre;
    let direction = turn;
    return Array.from({ length: 4 }, () => {
      direction += random.uniform(-bend, bend);
      x += step * Math.cos(direction);
      y += step * Math.sin(direction);
      return [x, y];
    });
  };
  return [...arm(start + Math.PI).reverse(), [centre.x, centre.y], ...arm(start)].flat();
}

/** A slit whose frayed lips gape; the backdrop shines through, or it is dark below. */
function cut(scene: Scene, random: RandomStream): [Overlay, Region] {
  const halfLength = random.uniform(20, 40);
  const width = random.uniform(3.5, 7);
  const centre = centreOnCloth(random, halfLength + width + 5);
  const line: Stroke = { points: wander(random, centre, halfLength, 0.2), halfWidth: width, grey: 0 };
  const inside = random.float() < 0.6 ? 0.85 * scene.light.backdrop : 14;
  const texture = random.uint32();
  return [
    {
      box: boxOf([line], width + 4),
      paint: (x, y, grey) => {
        const fromMiddle = Math.hypot(x - centre.x, y - centre.y) / halfLength;
        const lip =
          width * Math.sqrt(Math.max(0, 1 - fromMiddle * fromMiddle)) + 2 * smoothNoise(x / 2, y / 2, texture) - 1;
        const distance = distanceTo(line, x, y);
        if (distance < lip) return inside;
        return grey + 55 * (1 - smoothstep(lip, lip + 3.5, distance)) * smoothNoise(x / 2, y / 2, texture ^ 1);
      },
    },
    { type, contains: (x, y) => distanceTo(line, x, y) < width + 3 },
  ];
}

/** Oil, or chalk: an irregular patch that darkens or lightens the weave. */
function stain(_scene: Scene, random: RandomStream): [Overlay, Region] {
  const radius = random.uniform(17, 33);
  const centre = centreOnCloth(random, 1.4 * radius);
  const squash = random.uniform(0.7, 1);
  const texture = random.uint32();
  const light = random.float() < 0.45;
  const depth = light ? random.uniform(45, 85) : random.uniform(0.55, 0.8);
  const inside = (x: number, y: number): number => {
    const distance = Math.hypot(x - centre.x, (y - centre.y) / squash) / radius;
    return (
      1 - smoothstep(0.55, 0.95, distance + 0.7 * (smoothNoise((x + 0.6 * y) / 14, (y - 0.6 * x) / 14, texture) - 0.5))
    );
  };
  const reach = 1.4 * radius;
  const box = { left: centre.x - reach, right: centre.x + reach, top: centre.y - reach, bottom: centre.y + reach };
  return [
    {
      box,
      paint: (x, y, grey) => (light ? grey + depth * inside(x, y) : grey * (1 - depth * inside(x, y))),
    },
    { type, contains: (x, y) => inBox(box, x, y) && inside(x, y) > 0.15 },
  ];
}

/** A thread pulled out of the weave: a bright loop with its shadow and a dark run beside it. */
function pulledThread(_scene: Scene, random: RandomStream): [Overlay, Region] {
  const halfLength = random.uniform(24, 46);
  const centre = centreOnCloth(random, halfLength + 8);
  const loop: Stroke = {
    points: wander(random, centre, halfLength, 0.9),
    halfWidth: random.uniform(1.9, 3),
    grey: random.uniform(125, 200),
  };
  const shadow: Stroke = { ...loop, points: loop.points.map((value) => value + 2.4), halfWidth: 3.2, grey: 18 };
  return [
    { box: boxOf([loop], 7), paint: (x, y, grey) => paintStrokes([shadow, loop], x, y, grey) },
    { type, contains: (x, y) => distanceTo(loop, x, y) < 5 },
  ];
}

/** MVTec's `fabric_interior`. */
export const fabricInterior: Damage = {
  type,
  place: 'cloth',
  apply: (scene, random) => {
    const [overlay, region] = random.pick([cut, stain, pulledThread])(scene, random);
    scene.overlays.push(overlay);
    scene.regions.push(region);
  },
};
