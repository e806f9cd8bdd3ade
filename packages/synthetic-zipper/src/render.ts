/** Paints a scene: two by two samples per pixel, then blur, light and sensor noise; and its masks at pixel centres. */
import type { DefectMask, Mask, Raster, SampleImages } from '@foveate/contracts';
import { shadeCloth } from './cloth.js';
import { indexStrand, shadeStrand, shadeValley } from './coil.js';
import { aoiHalfWidth, at, coilHalfWidth, imageExtent } from './geometry.js';
import { grain, smoothstep } from './_noise.js';
import type { Scene } from './scene.js';
import { inBox } from './_strokes.js';

// Bound once: used for every point painted, and a look-up of a global is slow in some realms (Jest has one).
const { abs, ceil, floor, hypot, max, min, round } = Math;

/** Grey level at a point of the zipper plane, before light. */
function painter(scene: Scene, size: number): (x: number, y: number) => number {
  const left = indexStrand(scene.teeth.left);
  const right = indexStrand(scene.teeth.right);
  const { cloth, overlays, opening, texture, light } = scene;
  // A thread is 7 units wide: below 2 pixels it fades, below 0.8 it is gone.
  const detail = smoothstep(0.8, 2, (7 * size * scene.pose.scale) / imageExtent);
  const ground = (x: number, y: number): number => {
    const side = abs(x);
    if (side < aoiHalfWidth) {
      const open = at(opening, y);
      const inner = side - open;
      if (inner < coilHalfWidth) {
        const a = max(shadeStrand(left, -x - open, y, texture), shadeStrand(right, x - open, y, texture));
        if (a > 0) return a;
        const through = inner < 2 ? smoothstep(5, 11, open) : 0;
        return shadeValley(max(0, inner)) * (1 - through) + 0.62 * light.backdrop * through;
      }
    }
    const border = at(x < 0 ? cloth.borders.left : cloth.borders.right, y);
    if (side > border) return light.backdrop - 26 * max(0, 1 - (side - border) / 9);
    return shadeCloth(cloth, x, y, detail) * (0.72 + 0.28 * min(1, (border - side) / 7));
  };
  return (x, y) => {
    let grey = ground(x, y);
    for (const overlay of overlays) if (inBox(overlay.box, x, y)) grey = overlay.paint(x, y, grey);
    return grey;
  };
}

/** Maps image positions (units) to zipper coordinates and calls `visit(x, y)`. */
function toZipper(scene: Scene): (imageX: number, imageY: number, visit: (x: number, y: number) => void) => void {
  const { centreX, centreY, angle, scale, bend } = scene.pose;
  const cos = Math.cos(angle) / scale;
  const sin = Math.sin(angle) / scale;
  return (imageX, imageY, visit) => {
    const dx = imageX - centreX;
    const dy = imageY - centreY;
    const y = cos * dy - sin * dx;
    visit(cos * dx + sin * dy - at(bend, y), y);
  };
}

function paintGrey(scene: Scene, size: number): Float32Array {
  const grey = new Float32Array(size * size);
  const paint = painter(scene, size);
  const map = toZipper(scene);
  const step = imageExtent / size;
  let sum = 0;
  const add = (x: number, y: number): void => {
    sum += paint(x, y);
  };
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      sum = 0;
      const x = column * step;
      const y = row * step;
      map(x + 0.25 * step, y + 0.25 * step, add);
      map(x + 0.75 * step, y + 0.25 * step, add);
      map(x + 0.25 * step, y + 0.75 * step, add);
      map(x + 0.75 * step, y + 0.75 * step, add);
      grey[row * size + column] = sum / 4;
    }
  return grey;
}

function addDust(scene: Scene, size: number, grey: Float32Array): void {
  const step = imageExtent / size;
  for (const speck of scene.dust) {
    const radius = max(speck.radius, 0.6 * step);
    // A grain smaller than a pixel is dimmer, not smaller.
    const cover = min(1, (speck.radius / radius) ** 2);
    const reach = ceil(radius / step) + 1;
    const column = floor(speck.x / step);
    const row = floor(speck.y / step);
    for (let r = max(0, row - reach); r <= min(size - 1, row + reach); r++)
      for (let c = max(0, column - reach); c <= min(size - 1, column + reach); c++) {
        const distance = hypot((c + 0.5) * step - speck.x, (r + 0.5) * step - speck.y) / radius;
        const i = r * size + c;
        const before = grey[i] as number;
        grey[i] = max(before, before + (speck.grey - before) * cover * max(0, 1 - distance * distance));
      }
  }
}

/** Blurs with the kernel (w, 1, w) / (1 + 2w) along one axis; the border repeats. */
function blur(values: Float32Array, size: number, w: number, stride: number): Float32Array {
  const result = new Float32Array(values.length);
  const norm = 1 / (1 + 2 * w);
  for (let i = 0; i < values.length; i++) {
    const place = stride === 1 ? i % size : floor(i / size);
    const before = values[place === 0 ? i : i - stride] as number;
    const after = values[place === size - 1 ? i : i + stride] as number;
    result[i] = ((values[i] as number) + w * (before + after)) * norm;
  }
  return result;
}

function expose(scene: Scene, size: number, grey: Float32Array): Raster {
  const { light, texture } = scene;
  const data = new Uint8Array(size * size * 3);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const i = row * size + column;
      const value = grey[i] as number;
      const gradient = 1 + light.gradientX * ((2 * column) / size - 1) + light.gradientY * ((2 * row) / size - 1);
      // The backdrop is lit from behind: the gain of the light from above fades out towards it.
      const lit = light.gain * gradient;
      const level = value * (lit + (1 - lit) * smoothstep(120, 220, value)) + light.noise * grain(column, row, texture);
      data[3 * i] = max(0, min(255, round(level * light.red)));
      data[3 * i + 1] = max(0, min(255, round(level)));
      data[3 * i + 2] = max(0, min(255, round(level * light.blue)));
    }
  return { width: size, height: size, channels: 3, data };
}

/** Every mask in one pass over the pixel centres. */
function paintMasks(scene: Scene, size: number): { aoi: Mask; defects: DefectMask[] } {
  const blank = (): Mask => ({ width: size, height: size, channels: 1, data: new Uint8Array(size * size) });
  const aoi = blank();
  const masks = new Map<string, Mask>(scene.regions.map(({ type }) => [type, blank()]));
  const map = toZipper(scene);
  const step = imageExtent / size;
  let pixel = 0;
  const mark = (x: number, y: number): void => {
    if (abs(x) <= aoiHalfWidth) aoi.data[pixel] = 255;
    for (const region of scene.regions) {
      const mask = masks.get(region.type);
      if (mask !== undefined && region.contains(x, y)) mask.data[pixel] = 255;
    }
  };
  for (; pixel < size * size; pixel++) map(((pixel % size) + 0.5) * step, (floor(pixel / size) + 0.5) * step, mark);
  return { aoi, defects: [...masks].map(([type, mask]) => ({ type, mask })) };
}

/** Paints a scene as a `size` x `size` sRGB image with one mask per defect type and the area of interest. */
export function render(scene: Scene, size: number): SampleImages {
  const { blur: w } = scene.light;
  const sharp = paintGrey(scene, size);
  addDust(scene, size, sharp);
  const grey = blur(blur(sharp, size, w, 1), size, w, size);
  return { image: expose(scene, size, grey), ...paintMasks(scene, size) };
}
