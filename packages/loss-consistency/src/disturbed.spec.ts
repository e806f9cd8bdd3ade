import { afterAll, describe, expect, it } from '@jest/globals';
import type { HostTensor } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { expectClose, normalTensor, runOnce } from '@foveate/testkit';
import type * as tf from '@tensorflow/tfjs-core';
import { disturbed, type Disturbance } from './index.js';

const engines = [onnxEngine({ threads: 2 }), tfjsEngine()] as const;
afterAll(() => {
  for (const engine of engines) engine.dispose();
});

const [n, height, width] = [3, 12, 17];
const images = normalTensor([n, height, width, 3], 5, 'images');
/** The left 4 columns of the first image, the upper 5 rows of the second, the right 6 columns of the third. */
const insideOf = (image: number, y: number, x: number) => [x < 4, y < 5, x >= 11][image]!;
const maskWhere = (inside: typeof insideOf): HostTensor => ({
  dtype: 'float32',
  shape: [n, height, width],
  data: Float32Array.from({ length: n * height * width }, (_, i) =>
    Number(inside(Math.floor(i / height / width), Math.floor(i / width) % height, i % width)),
  ),
});
const at = ({ data }: HostTensor, image: number, y: number, x: number, colour: number) =>
  data[((image * height + y) * width + x) * 3 + colour]!;

/** Result of both engines, which must be the same. */
async function disturb(by: Disturbance, inside = insideOf) {
  const run = (engine: (typeof engines)[number]) =>
    runOnce(
      engine,
      (inputs) => ({ outputs: { y: disturbed(inputs['images'] as tf.Tensor4D, inputs['aoi'] as tf.Tensor3D, by) } }),
      { images, aoi: maskWhere(inside) },
    );
  const [got, expected] = [await run(engines[0]), await run(engines[1])];
  expectClose('disturbed', got['y'], expected['y']!, 1e-5);
  return expected['y']!;
}

/** Calls back for every value of every image. */
function each(f: (image: number, y: number, x: number, colour: number) => void) {
  for (let i = 0; i < n * height * width * 3; i++) {
    const pixel = Math.floor(i / 3);
    f(Math.floor(pixel / height / width), Math.floor(pixel / width) % height, pixel % width, i % 3);
  }
}

/** Mean of the outside pixels of an image within some distance of a place. */
function meanAround(image: number, place: { y: number; x: number }, reach: { y: number; x: number }, colour: number) {
  let [sum, count] = [0, 0];
  for (let y = Math.max(0, place.y - reach.y); y <= Math.min(height - 1, place.y + reach.y); y++) {
    for (let x = Math.max(0, place.x - reach.x); x <= Math.min(width - 1, place.x + reach.x); x++) {
      if (insideOf(image, y, x)) continue;
      sum += at(images, image, y, x, colour);
      count++;
    }
  }
  return sum / count;
}
const meanOf = (image: number, colour: number) => meanAround(image, { y: 0, x: 0 }, { y: height, x: width }, colour);

describe('disturbed', () => {
  it.each(['swap', 'blur', 'mean'] as const)('leaves the inside as it is: %s', async (by) => {
    const result = await disturb(by);
    each((image, y, x, colour) => {
      if (insideOf(image, y, x)) expect(at(result, image, y, x, colour)).toBe(at(images, image, y, x, colour));
    });
  });

  it('fills the outside with its mean colour', async () => {
    const result = await disturb('mean');
    each((image, y, x, colour) => {
      if (!insideOf(image, y, x)) expect(at(result, image, y, x, colour)).toBeCloseTo(meanOf(image, colour), 4);
    });
  });

  it('averages the outside over a quarter of each side, and nothing of the inside', async () => {
    const result = await disturb('blur');
    // Windows of 3 rows and 5 columns.
    each((image, y, x, colour) => {
      if (insideOf(image, y, x)) return;
      expect(at(result, image, y, x, colour)).toBeCloseTo(meanAround(image, { y, x }, { y: 1, x: 2 }, colour), 4);
    });
  });

  it('swaps the outsides of pairs where both are outside', async () => {
    const result = await disturb('swap');
    each((image, y, x, colour) => {
      if (insideOf(image, y, x)) return;
      const partner = n - 1 - image;
      const taken = partner !== image && !insideOf(partner, y, x);
      const expected = taken ? at(images, partner, y, x, colour) : meanOf(image, colour);
      expect(at(result, image, y, x, colour)).toBeCloseTo(expected, 4);
    });
  });

  it.each(['swap', 'blur', 'mean'] as const)('is defined for areas that are all and nothing: %s', async (by) => {
    expect([...(await disturb(by, () => true)).data]).toEqual([...images.data]);
    expect((await disturb(by, () => false)).data.every(Number.isFinite)).toBe(true);
  });
});
