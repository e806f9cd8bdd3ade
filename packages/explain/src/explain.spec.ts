/** Explainers against closed forms, sums that must come out, and finite differences. */
import { describe, expect, it } from '@jest/globals';
import type { HostTensor, HostTensors, ModelView, Plugin } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { buildPlugin, lossCase, lossView, normalTensor, runOnce } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import * as explain from './index.js';

type Explainer = Plugin<'explainer'>;
const { gradCam, gradCamPlusPlus, hiResCam, layerCam, scoreCam, eigenCam, integratedGradients, occlusion } = explain;
const all: readonly Explainer[] = Object.values(explain);

const oracle = tfjsEngine();
const numbers = (tensor: HostTensor | undefined): number[] => [...(tensor?.data ?? [])];
const tensor = (shape: readonly number[], values: readonly number[]): HostTensor => ({ dtype: 'float32', shape, data: Float32Array.from(values) }); // prettier-ignore
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The heatmap of a view of `inputs`, for class 1 unless told otherwise. */
async function heat(
  plugin: Explainer,
  view: (inputs: Record<string, tf.Tensor>) => ModelView,
  inputs: HostTensors,
  { options = {}, target = [0, 1] }: { readonly options?: object; readonly target?: readonly number[] } = {},
): Promise<number[]> {
  const explainer = await buildPlugin(plugin, options);
  const { heatmap } = await runOnce(
    oracle,
    (given) => {
      const seen = view(given as Record<string, tf.Tensor>);
      const rows = tf.tile(tf.tensor2d([[...target]]), [seen.logits.shape[0], 1]);
      return { outputs: { heatmap: explainer.heatmap(seen, rows) } };
    },
    inputs,
  );
  return numbers(heatmap);
}

const expectAll = (got: readonly number[], expected: readonly number[], digits = 5) => {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, digits);
  });
};

describe('behind global average pooling and one dense layer', () => {
  const [pixels, maps] = [6, 3];
  const featureMap = tensor([1, 2, 3, maps], numbers(normalTensor([pixels * maps], 5, 'map')).map(Math.abs));
  const weights = [0.7, -0.4, 1.3];
  const kernel = tensor(
    [maps, 2],
    weights.flatMap((weight) => [-9, weight]),
  );
  const view = ({ map, kernel: dense }: Record<string, tf.Tensor>) => {
    const head = (of: tf.Tensor4D): tf.Tensor2D => tf.matMul(tf.mean(of, [1, 2]) as tf.Tensor2D, dense as tf.Tensor2D);
    return { featureMap: map as tf.Tensor4D, logits: head(map as tf.Tensor4D), head } as ModelView;
  };
  const value = (pixel: number, k: number) => featureMap.data[pixel * maps + k]!;
  const mean = (k: number) => sum(Array.from({ length: pixels }, (_, pixel) => value(pixel, k))) / pixels;
  const weighted = (alpha: (weight: number, k: number) => number) =>
    Array.from({ length: pixels }, (_, pixel) =>
      Math.max(0, sum(weights.map((weight, k) => alpha(weight, k) * value(pixel, k)))),
    );

  it.each<[string, Explainer, (weight: number, k: number) => number]>([
    ['Grad-CAM has alpha = weight / pixels', gradCam, (weight) => weight / pixels],
    ['HiResCAM is Grad-CAM', hiResCam, (weight) => weight / pixels],
    ['Layer-CAM leaves out what speaks against', layerCam, (weight) => Math.max(0, weight) / pixels],
    ['Grad-CAM++ has 1 / (2 + mean)', gradCamPlusPlus, (w, k) => Math.max(0, w) / (2 + mean(k) * Math.max(0, w))],
  ])('%s', async (_, plugin, alpha) => {
    expectAll(await heat(plugin, view, { map: featureMap, kernel }), weighted(alpha));
  });
});

describe('Eigen-CAM', () => {
  it('is the first singular vector times its value, found in a matrix that was put together', async () => {
    // Orthogonal directions of pixels and of maps, the first of them positive.
    const [u1, u2, v1, v2] = [[3, 4, 0, 0], [-4, 3, 0, 0], [2, 2, 1], [1, -2, 2]] as const; // prettier-ignore
    const values = u1.flatMap((_, p) => v1.map((__, k) => (2 * u1[p]! * v1[k]! + u2[p]! * v2[k]!) / 15));
    const view = ({ map }: Record<string, tf.Tensor>) =>
      ({ featureMap: map as tf.Tensor4D, logits: tf.zeros([1, 2]) }) as ModelView;
    expectAll(await heat(eigenCam, view, { map: tensor([1, 2, 2, 3], values) }), [1.2, 1.6, 0, 0]);
    // Its sign is that of no map: the projections sum up to something positive, however small.
    const turned = values.map((x) => -1e-4 * x);
    expectAll(await heat(eigenCam, view, { map: tensor([1, 2, 2, 3], turned) }), [1.2e-4, 1.6e-4, 0, 0], 8);
  });
});

describe('of a linear model of pixels', () => {
  const side = 4;
  const images = tensor([1, side, side, 3], numbers(normalTensor([side * side * 3], 3, 'images')));
  const kernel = normalTensor([side * side * 3], 3, 'kernel');
  const view = (given: Record<string, tf.Tensor>): ModelView => {
    const forward = (of: tf.Tensor4D): ModelView => {
      const score = tf.sum(tf.mul(of, tf.reshape(given['kernel']!, [1, side, side, 3])), [1, 2, 3]);
      return { images: of, logits: tf.stack([tf.neg(score), score], 1), forward } as ModelView;
    };
    return forward(given['images'] as tf.Tensor4D);
  };
  const mean = (colour: number) => sum(numbers(images).filter((_, i) => i % 3 === colour)) / side ** 2;
  const adds = (i: number) => kernel.data[i]! * (images.data[i]! - mean(i % 3));

  it('integrated gradients show what each pixel adds', async () => {
    const expected = Array.from({ length: side ** 2 }, (_, p) => Math.max(0, adds(3 * p) + adds(3 * p + 1) + adds(3 * p + 2))); // prettier-ignore
    expectAll(await heat(integratedGradients, view, { images, kernel }, { options: { steps: 1 } }), expected);
  });

  it('occlusion shows what the pixels of a patch add', async () => {
    const quarter = (row: number, column: number) =>
      sum(
        Array.from({ length: side ** 2 * 3 }, (_, i) => {
          const [y, x] = [Math.floor(i / 3 / side), Math.floor(i / 3) % side];
          return Math.floor(y / 2) === row && Math.floor(x / 2) === column ? adds(i) : 0;
        }),
      );
    const expected = [quarter(0, 0), quarter(0, 1), quarter(1, 0), quarter(1, 1)].map((drop) => Math.max(0, drop));
    expect(Math.max(...expected)).toBeGreaterThan(0.1);
    expectAll(await heat(occlusion, view, { images, kernel }, { options: { steps: 2, size: 0.5 } }), expected);
  });
});

describe('integrated gradients', () => {
  const view = ({ images, filter, kernel }: Record<string, tf.Tensor>) =>
    lossView(images as tf.Tensor4D, { filter: filter!, kernel: kernel! });

  it.each(['black', 'mean'])('add up to what the score has over that of the %s baseline', async (baseline) => {
    const options = { steps: 8, baseline };
    const [over, under] = [
      await heat(integratedGradients, view, lossCase, { options }),
      await heat(integratedGradients, view, lossCase, { options, target: [0, -1] }),
    ];
    const { difference } = await runOnce(
      oracle,
      (given) => {
        const images = given['images'] as tf.Tensor4D;
        const blank = baseline === 'black' ? tf.zerosLike(images) : tf.add(tf.mean(images, [1, 2], true), tf.zerosLike(images)); // prettier-ignore
        const seen = view(given as Record<string, tf.Tensor>);
        return { outputs: { difference: tf.sub(seen.logits, seen.forward(blank as tf.Tensor4D).logits) } };
      },
      lossCase,
    );
    const size = over.length / 3;
    [0, 1, 2].forEach((image) => {
      const all =
        sum(over.slice(image * size, (image + 1) * size)) - sum(under.slice(image * size, (image + 1) * size));
      expect(all).toBeCloseTo(difference!.data[2 * image + 1]!, 2);
    });
  });
});

describe('Score-CAM', () => {
  // Maps are the colours; the score is three times the second one at the upper left pixel, plus the first one there.
  const view = ({ images }: Record<string, tf.Tensor>): ModelView => {
    const forward = (of: tf.Tensor4D): ModelView => {
      const corner = tf.reshape(tf.slice(of, [0, 0, 0, 0], [1, 1, 1, 3]), [3]);
      const score = tf.reshape(tf.sum(tf.mul(corner, tf.tensor1d([1, 3, 0]))), [1, 1]);
      return { images: of, featureMap: of, logits: tf.concat2d([tf.neg(score) as tf.Tensor2D, score as tf.Tensor2D], 1), forward } as ModelView; // prettier-ignore
    };
    return forward(images as tf.Tensor4D);
  };
  const colours = [[0.2, 0.2, 0.2, 0.2], [0.5, 0.3, 0.1, 0.1], [0.1, 0.4, 0.7, 0.4]] as const; // prettier-ignore
  const images = tensor(
    [1, 2, 2, 3],
    [0, 1, 2, 3].flatMap((pixel) => colours.map((map) => map[pixel]!)),
  );

  it('weighs maps by what is left of the score behind them', async () => {
    // The even map hides all, the second shows the corner, the third hides it.
    const scores = [0, 0.2 + 3 * 0.5, 0];
    const weights = scores.map((score) => Math.exp(score) / sum(scores.map(Math.exp)));
    const expected = [0, 1, 2, 3].map((pixel) => sum(colours.map((map, k) => weights[k]! * map[pixel]!)));
    expectAll(await heat(scoreCam, view, { images }), expected);
  });

  it('takes the maps that vary most', async () => {
    expectAll(await heat(scoreCam, view, { images }, { options: { maps: 1 } }), colours[2]);
    const weights = [1.7, 0].map((score) => Math.exp(score) / (Math.exp(1.7) + 1));
    const expected = [0, 1, 2, 3].map((pixel) => weights[0]! * colours[1][pixel]! + weights[1]! * colours[2][pixel]!);
    expectAll(await heat(scoreCam, view, { images }, { options: { maps: 2 } }), expected);
  });
});

const few: Readonly<Record<string, object>> = {
  'grad-cam': { alpha: 'exact' },
  'integrated-gradients': { steps: 1, baseline: 'black' },
  occlusion: { steps: 2 },
};

describe.each(all.map((plugin) => [plugin.meta.id, plugin] as const))('%s', (id, plugin) => {
  /** Heat, weighted differently in every place, and its slope along a direction of the filter. */
  const along = async (filter: HostTensor) => {
    const explainer = await buildPlugin(plugin, few[id]);
    const direction = normalTensor(filter.shape, 9, 'direction');
    return runOnce(
      oracle,
      (given) => {
        const { images, filter: at, kernel, labels, direction: way } = given as Record<string, tf.Tensor>;
        const value = (of: tf.Tensor): tf.Scalar => {
          const heatmap = explainer.heatmap(lossView(images as tf.Tensor4D, { filter: of, kernel: kernel! }), labels as tf.Tensor2D); // prettier-ignore
          return tf.sum(tf.mul(heatmap, tf.cos(tf.reshape(tf.range(0, heatmap.size), heatmap.shape))));
        };
        const slope = explainer.differentiable ? tf.sum(tf.mul(tf.grad(value)(at!), way!)) : tf.scalar(0);
        const step = tf.mul(way!, 3e-4);
        const difference = tf.div(tf.sub(value(tf.add(at!, step)), value(tf.sub(at!, step))), 6e-4);
        return { outputs: { value: value(at!), slope, difference } };
      },
      { ...lossCase, filter, direction },
    );
  };

  it('has the gradient of finite differences, if it has one, and none but finite ones without heat', async () => {
    const filter = lossCase['filter'] as HostTensor;
    const { slope, difference } = await along(filter);
    // A few pixels lie so close to zero heat that the differences see the other side.
    if (id !== 'score-cam') expect(Math.abs(slope!.data[0]! / difference!.data[0]! - 1)).toBeLessThan(0.02);
    const cold = { ...filter, data: new Float32Array(filter.data.length) };
    const { value, slope: none } = await along(cold);
    expect([numbers(value), numbers(none).every(Number.isFinite)]).toEqual([[0], true]);
  });
});
