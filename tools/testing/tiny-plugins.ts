/** Plugins small enough for the tests of a whole run: 16 x 16 images, a model of 10 parameters, the eager engine. */
import { definePlugin, fail } from '@foveate/contracts';
import type { AnyPlugin, Model, Raster, SplitName } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { csv, jsonl, tensorboard } from '@foveate/observers';
import { sgd } from '@foveate/optimizers';
import { stagePlugins, usualPipeline } from '@foveate/stages';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const side = 16;

/** Counts decodings, to see what caches and skips do. */
export const decoded: string[] = [];

function grey(value: number, spot: boolean): Raster {
  const data = new Uint8Array(side * side * 3).fill(value);
  if (spot) data.fill(250, 0, (side * side * 3) / 4);
  return { width: side, height: side, channels: 3, data };
}

const mask = (inside: boolean) =>
  ({ width: side, height: side, channels: 1, data: new Uint8Array(side * side).fill(inside ? 255 : 0) }) as const;

const source = definePlugin({
  meta: { kind: 'source', id: 'tiny', contract: '^2', summary: 'Dark squares; defective ones have a bright spot.' },
  options: z.strictObject({
    good: z.int().min(0).default(16).describe('Good samples.'),
    defective: z.int().min(0).default(16).describe('Defective samples.'),
    broken: z.int().min(0).default(0).describe('Samples that cannot be decoded.'),
  }),
  register: ({ good, defective, broken }) => ({
    async *scan() {
      const total = good + defective + broken;
      for (let index = 0; index < total; index++) {
        await Promise.resolve();
        const kind = index < good ? 'good' : index < good + defective ? 'spot' : 'broken';
        const id = `${kind}/${String(index).padStart(3, '0')}`;
        yield { sample: { id, defectTypes: kind === 'spot' ? ['spot'] : [], ref: { kind, index } } };
      }
    },
    load: ({ id, ref }) => {
      const { kind, index } = ref as { kind: string; index: number };
      decoded.push(id);
      if (kind === 'broken') {
        const parts = {
          code: 'DATA_INVALID',
          what: 'File is truncated',
          where: id,
          reason: 'image-truncated',
        } as const;
        return Promise.reject(fail(parts));
      }
      const defects = kind === 'spot' ? [{ type: 'spot', mask: mask(true) }] : [];
      return Promise.resolve({ image: grey(20 + index, kind === 'spot'), defects });
    },
  }),
});

const aoi = definePlugin({
  meta: { kind: 'aoi', id: 'everywhere', contract: '^2', summary: 'The whole image.' },
  options: z.strictObject({}),
  register: () => ({ areaOfInterest: () => Promise.resolve(mask(true)) }),
});

const labeller = definePlugin({
  meta: { kind: 'labeller', id: 'any-defect', contract: '^2', summary: 'Defective when there is a defect.' },
  options: z.strictObject({}),
  register: () => ({
    needsPixels: () => false,
    decide: ({ defectTypes }) => ({ label: defectTypes.length > 0 ? 1 : 0, reason: 'by defect' }),
  }),
});

const splitter = definePlugin({
  meta: { kind: 'splitter', id: 'in-turn', contract: '^2', summary: 'Two to train, one to validate, one to test.' },
  options: z.strictObject({}),
  register: () => ({
    assign: (samples) =>
      samples.map(
        (_, index) => (['train', 'train', 'validation', 'test'] as const satisfies SplitName[])[index % 4] ?? 'train',
      ),
  }),
});

const invert = definePlugin({
  meta: { kind: 'augmentation', id: 'jitter', contract: '^2', summary: 'Random brightness.' },
  options: z.strictObject({ by: z.number().min(0).max(50).default(5).describe('Largest change.') }),
  register: ({ by }) => ({
    effect: 'photometric',
    draw: (random) => random.uniform(-by, by),
    apply: ({ image, ...masks }, change) => ({
      image: { ...image, data: image.data.map((value) => Math.min(255, Math.max(0, value + (change as number)))) },
      ...masks,
    }),
  }),
});

const model = definePlugin({
  meta: { kind: 'model', id: 'tiny', contract: '^2', summary: 'A 1x1 convolution and a linear head.' },
  options: z.strictObject({
    channels: z.int().min(1).default(2).describe('Feature channels.'),
    weight: z.number().exactOptional().describe('Value that all weights of the head start from.'),
  }),
  register: ({ channels, weight }) => ({
    pretrained: async ({ classes }, { signal, onProgress } = {}) => {
      if (weight === undefined) return {};
      for (const received of [50, 100]) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        signal?.throwIfAborted();
        onProgress?.(received, 100);
      }
      const data = new Float32Array(channels * classes).fill(weight);
      return { weights: { dtype: 'float32', shape: [channels, classes], data } };
    },
    build: ({ height, width, classes }) => {
      const normal = (name: string, shape: readonly number[]) => ({
        name,
        shape,
        trainable: true,
        initial: (random: { normal(): number }) =>
          Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
      });
      const features: Model['features'] = (images, scope) =>
        tf.relu(tf.conv2d(images, scope.get('kernel') as tf.Tensor4D, 1, 'same'));
      return {
        classes,
        height,
        width,
        variables: [normal('kernel', [1, 1, 3, channels]), normal('weights', [channels, classes])],
        stages: [{ name: 'convolution', variables: ['kernel'], apply: features }],
        features,
        head: (map, scope) => tf.matMul(tf.mean<tf.Tensor2D>(map, [1, 2]), scope.get('weights') as tf.Tensor2D),
      };
    },
  }),
});

const loss = definePlugin({
  meta: { kind: 'loss', id: 'ce', contract: '^2', summary: 'Cross-entropy.' },
  options: z.strictObject({ weight: z.number().min(0).default(1).describe('Factor.') }),
  register: ({ weight }) => ({
    uses: [],
    compute: ({ labels, logits }) => {
      const perSample = tf.mul(weight, tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1)));
      const mean = tf.mean<tf.Scalar>(perSample);
      return { loss: mean, perSample, parts: { ce: mean } };
    },
  }),
});

const explainer = definePlugin({
  meta: { kind: 'explainer', id: 'sum', contract: '^2', summary: 'Sum of the feature map.' },
  options: z.strictObject({}),
  register: () => ({ heatmap: ({ featureMap }) => tf.sum<tf.Tensor3D>(featureMap, 3) }),
});

const metric = definePlugin({
  meta: { kind: 'metric', id: 'accuracy', contract: '^2', summary: 'Count, share of right verdicts, mean loss.' },
  options: z.strictObject({}),
  register: () => ({
    measure: (predictions) => {
      const right = (label: 0 | 1) =>
        predictions.filter((p) => p.label === label && p.score >= 0.5 === (label === 1)).length;
      const of = (label: 0 | 1) => predictions.filter((p) => p.label === label).length;
      const n = predictions.length;
      return {
        n,
        accuracy: (right(0) + right(1)) / n,
        auroc: null,
        loss: predictions.reduce((sum, p) => sum + p.loss, 0) / n,
        confusion: { tn: right(0), fp: of(0) - right(0), fn: of(1) - right(1), tp: right(1) },
        aoiShare: null,
      };
    },
  }),
});

/** Engines disposed of, and tensors alive in tfjs. */
export const engines = { disposed: 0, tensors: () => tf.memory().numTensors };

const engine = definePlugin({
  meta: { kind: 'engine', id: 'eager', contract: '^2', summary: 'Runs programs at once.' },
  options: z.strictObject({}),
  register: () => {
    const eager = tfjsEngine();
    return {
      ...eager,
      dispose: () => {
        engines.disposed++;
        eager.dispose();
      },
    };
  },
});

/** One plugin of each kind. */
export const tinyPlugins: readonly AnyPlugin[] = [
  source,
  aoi,
  labeller,
  splitter,
  invert,
  model,
  loss,
  explainer,
  metric,
  engine,
  sgd,
  ...stagePlugins,
  jsonl,
  csv,
  tensorboard,
];

/** What completes a configuration of tiny plugins. */
export const tinyDefaults = {
  // Models of five lines need no file of their own.
  pipeline: usualPipeline.filter((id) => id !== 'export'),
  data: {
    source: 'tiny',
    aoi: 'everywhere',
    label: 'any-defect',
    split: 'in-turn',
    augment: ['jitter'],
    size: side,
  },
  model: 'tiny',
  loss: 'ce',
  optimizer: { id: 'sgd', learningRate: 0.5 },
  explain: { id: 'sum', images: 3 },
  metrics: ['accuracy'],
  training: { epochs: 3, batchSize: 4 },
  engine: 'eager',
};
