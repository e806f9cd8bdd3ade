/** A model made here: the score is the softmax of mean red against mean green, the heat lies where red is. */
import { fail, type Model, type Raster } from '@foveate/contracts';
import { gradCam } from '@foveate/explain';
import { exportOnnx } from '@foveate/export';
import * as tf from '@tensorflow/tfjs-core';

/** Height and width of its input. */
export const side = 8;

const model: Model = {
  classes: 2,
  height: side,
  width: side,
  variables: [],
  features: (images) => tf.mul(images, 4),
  head: (map) => {
    const mean = tf.mean<tf.Tensor2D>(map, [1, 2]);
    return tf.concat2d([tf.slice2d(mean, [0, 1], [-1, 1]), tf.slice2d(mean, [0, 0], [-1, 1])], 1);
  },
};

export async function redModel(metadata: Readonly<Record<string, string>> = { name: 'red' }): Promise<Uint8Array> {
  const context = {
    baseFolder: '.',
    seed: 1,
    get: () => Promise.reject(fail({ code: 'PLUGIN_UNKNOWN', what: 'None' })),
  };
  const explainer = await gradCam.register({} as never, context);
  return exportOnnx({ model, explainer, variables: {}, normalise: true, precision: 'float32', metadata });
}

/** An image of one colour. */
export function plain(red: number, green: number, size = side): Raster {
  const data = new Uint8Array(size * size * 3);
  for (let pixel = 0; pixel < size * size; pixel++) data.set([red, green, 0], 3 * pixel);
  return { width: size, height: size, channels: 3, data };
}

/** The score of an image of one colour. */
export const scoreOfPlain = (red: number, green: number) => 1 / (1 + Math.exp((4 * (green - red)) / 255));
