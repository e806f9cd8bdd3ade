import type { Explainer, HostTensor, HostTensors, Plugin, Program } from '@foveate/contracts';
import { explainerView } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { lossCase, lossView } from '../loss-case.js';
import { broken, builtAndDescribed, same } from './broken.js';
import {
  distance,
  firstOf,
  onOracle,
  requireFinite,
  requireSameEverywhere,
  reversed,
  type EngineSetting,
} from './programs.js';

function heatProgram(explainer: Explainer, gradients: boolean): Program {
  return ({ images, labels, filter, kernel }) => {
    const heat = (by: tf.Tensor) => {
      const view = lossView(images as tf.Tensor4D, { filter: by, kernel: kernel as tf.Tensor });
      return explainer.heatmap(explainerView(explainer, view), labels as tf.Tensor2D);
    };
    const heatmap = heat(filter as tf.Tensor);
    if (!gradients) return { outputs: { heatmap } };
    // Heat counts more the lower it lies, so that a gradient is none of the sum alone.
    const rows = tf.range(1, (heatmap.shape[1] ?? 1) + 1);
    const weighted = (by: tf.Tensor) => tf.sum(tf.mul(heat(by), tf.reshape(rows, [1, -1, 1])));
    return { outputs: { heatmap, gradient: tf.grad(weighted)(filter as tf.Tensor) } };
  };
}

/**
 * Checks an explainer on the batch `lossCase` and its small network: heatmaps [N, h, w] of finite heat >= 0 that depend on
 * the class, unless it says that they do not, and on the sample alone; nothing read that `uses` does not name; a gradient where it says that it is
 * differentiable; and the same on both engines.
 * @throws FoveateError `PLUGIN_INVALID` naming what is broken
 */
export async function checkExplainer(plugin: Plugin<'explainer'>, setting: EngineSetting): Promise<void> {
  const explainer = await builtAndDescribed(plugin, setting);
  const labels = lossCase['labels'] as HostTensor;
  const [count = 0] = labels.shape;
  const heat = async (changes: HostTensors) =>
    (await onOracle(plugin, setting, heatProgram(explainer, false), { ...lossCase, ...changes }))[
      'heatmap'
    ] as HostTensor;
  const heatmap = await heat({});
  if (heatmap.shape.length !== 3 || heatmap.shape[0] !== count)
    throw broken(plugin, 'Its heatmap has another shape', { expected: `[${count}, h, w]`, got: heatmap.shape });
  requireFinite(plugin, { heatmap });
  const cold = heatmap.data.find((value: number) => value < 0);
  if (cold !== undefined) throw broken(plugin, 'Its heatmap is negative somewhere', { got: cold });

  const program = heatProgram(explainer, explainer.differentiable);
  const all = await onOracle(plugin, setting, program, lossCase);
  requireFinite(plugin, all);
  if (all['gradient']?.data.every((value: number) => value === 0) === true)
    throw broken(plugin, 'It says that it is differentiable, and its gradient is zero');
  await requireSameEverywhere(plugin, setting, program, lossCase, all);

  const other = { ...labels, data: (labels.data as Float32Array).map((value) => 1 - value) };
  const isSame = same((await heat({ labels: other })).data, heatmap.data);
  if (isSame !== (explainer.classAgnostic ?? false))
    throw broken(plugin, isSame ? 'It shows the same for every class' : "It says 'classAgnostic', and shows other heat for other classes"); // prettier-ignore
  const turned = await heat({ labels: reversed(labels), images: reversed(lossCase['images'] as HostTensor) });
  if (!(distance(turned, reversed(heatmap)) <= 1e-3))
    throw broken(plugin, 'Its heatmaps depend on the order of the samples');
  const alone = await heat({ labels: firstOf(labels), images: firstOf(lossCase['images'] as HostTensor) });
  if (!(distance(alone, firstOf(heatmap)) <= 1e-3))
    throw broken(plugin, 'The heatmap of a sample depends on the others of its batch');
}
