/** What looks at the image: feature maps from fine to coarse, of a U-Net's own or of a classifier. */
import { fail, type BuiltPlugin, type ModelStage, type VariableScope } from '@foveate/contracts';
import { inferenceScope } from '@foveate/tensor';
import { trace } from '@foveate/tracer';
import * as tf from '@tensorflow/tfjs-core';
import { centred, doubleConv, normalise, type Variables } from '../blocks/index.js';

/** Feature maps of an image, fine to coarse, each smaller than the one before. */
export interface Encoder {
  readonly levels: readonly { readonly channels: number; readonly height: number }[];
  maps(images: tf.Tensor4D, scope: VariableScope): tf.Tensor4D[];
}

/**
 * Two convolutions at each level, which halve the image from the second level on: variables `encoder<level>/*`.
 * @param channels of each level
 * @param stride of the first convolution, by which all maps are smaller
 */
export function plainEncoder(
  variables: Variables,
  channels: readonly number[],
  stride: number,
  height: number,
): Encoder {
  const layers = channels.map((count, level) =>
    doubleConv(variables, `encoder${String(level + 1)}`, channels[level - 1] ?? 3, count, level === 0 ? stride : 1),
  );
  return {
    levels: channels.map((count, level) => ({ channels: count, height: Math.ceil(height / (stride * 2 ** level)) })),
    maps: (images, scope) => {
      const maps: tf.Tensor4D[] = [];
      for (const layer of layers) {
        const above = maps.at(-1);
        // An odd row or column is pooled alone; the decoder's enlargement gives exactly the odd size back.
        maps.push(layer(above === undefined ? normalise(images, centred) : tf.maxPool(above, 2, 2, 'same'), scope));
      }
      return maps;
    },
  };
}

/** The last map of each size that a classifier's stages give. @throws FoveateError `CONFIG_INVALID` for one without stages */
export function classifierEncoder(
  { id, service }: BuiltPlugin<'model'>,
  variables: Variables,
  size: { readonly height: number; readonly width: number },
): Encoder {
  const model = service.build({ ...size, classes: 2 });
  const { stages } = model;
  if (stages === undefined) {
    throw fail({
      code: 'CONFIG_INVALID',
      where: 'segmenter.encoder',
      what: `The model '${id}' does not give the feature maps between its layers`,
      advice: 'Take a model that has stages, such as mobilenet-v3-small or resnet-18',
    });
  }
  const used = new Set(stages.flatMap((stage) => stage.variables));
  const specs = model.variables.filter(({ name }) => used.has(name));
  variables.specs.push(...specs);
  Object.assign(variables.noise, model.noise);
  const shapes = shapesOf(stages, specs, size);
  const isLast = shapes.map((shape, index) => (shapes[index + 1]?.[1] ?? 0) < (shape[1] ?? 0));
  return {
    levels: shapes.flatMap(([, height = 0, , channels = 0], index) =>
      isLast[index] === true ? [{ height, channels }] : [],
    ),
    maps: (images, scope) => {
      const all: tf.Tensor4D[] = [];
      for (const stage of stages) all.push(stage.apply(all.at(-1) ?? images, scope));
      return all.filter((_, index) => isLast[index]);
    },
  };
}

/** Shapes of what the stages give, found on tensors without values. */
function shapesOf(
  stages: readonly ModelStage[],
  specs: readonly { readonly name: string; readonly shape: readonly number[] }[],
  { height, width }: { readonly height: number; readonly width: number },
): readonly (readonly number[])[] {
  const weights = Object.fromEntries(specs.map(({ name, shape }) => [name, { shape, dtype: 'float32' as const }]));
  const shapes: (readonly number[])[] = [];
  trace(
    ({ images, ...given }) => {
      const scope = inferenceScope(given);
      const last = stages.reduce((x, stage) => {
        const y = stage.apply(x, scope);
        shapes.push(y.shape);
        return y;
      }, images as tf.Tensor4D);
      return { last };
    },
    { inputs: { images: { shape: [1, height, width, 3], dtype: 'float32' }, ...weights } },
  );
  return shapes;
}
