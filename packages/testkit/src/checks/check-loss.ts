import type { HostTensor, HostTensors, Loss, Plugin, Program } from '@foveate/contracts';
import { lossInputs } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { lossCase, lossView } from '../loss-case.js';
import { normalTensor } from '../parity.js';
import { broken, builtAndDescribed } from './broken.js';
import { distance, onOracle, requireFinite, requireSameEverywhere, reversed, type EngineSetting } from './programs.js';

const weights = ['filter', 'kernel'] as const;
/** Step of finite differences: below it they are rounding, above it maxima and thresholds change sides. */
const step = 1e-3;

function lossProgram(loss: Loss, gradients: boolean): Program {
  return ({ images, aoi, labels, filter, kernel }) => {
    const compute = (...[by, of]: tf.Tensor[]) => {
      const view = lossView(images as tf.Tensor4D, { filter: by as tf.Tensor, kernel: of as tf.Tensor });
      return loss.compute(lossInputs(loss, { view, labels: labels as tf.Tensor2D, aoi: aoi as tf.Tensor3D }));
    };
    const at = [filter as tf.Tensor, kernel as tf.Tensor];
    const { loss: value, perSample, parts } = compute(...at);
    const named = Object.entries(parts).map(([name, part]) => [`parts/${name}`, part] as const);
    const outputs = { loss: value, perSample, ...Object.fromEntries(named) };
    if (!gradients) return { outputs };
    const [byFilter, byKernel] = tf.grads((...tensors) => compute(...tensors).loss)(at);
    return {
      outputs: { ...outputs, 'gradient by filter': byFilter as tf.Tensor, 'gradient by kernel': byKernel as tf.Tensor },
    };
  };
}

/**
 * Checks a loss on the batch `lossCase` and its small network: a scalar that is the mean of one loss per sample, scalars
 * for the log, all finite; samples that do not look at their neighbours' places; nothing read that `uses` does not name; the
 * gradient of finite differences; and the same values and gradients on both engines.
 * @throws FoveateError `PLUGIN_INVALID` naming what is broken
 */
export async function checkLoss(plugin: Plugin<'loss'>, setting: EngineSetting): Promise<void> {
  const loss = await builtAndDescribed(plugin, setting);
  const [count = 0] = lossCase['labels']?.shape ?? [];
  const values = await onOracle(plugin, setting, lossProgram(loss, false), lossCase);
  for (const [name, { shape }] of Object.entries(values)) {
    const expected = name === 'perSample' ? [count] : [];
    if (shape.join() !== expected.join())
      throw broken(plugin, `Its '${name}' has another shape`, { expected, got: shape });
  }
  requireFinite(plugin, values);
  const { loss: value, perSample } = values as Record<'loss' | 'perSample', HostTensor>;
  const mean = Array.from(perSample.data).reduce((sum, one) => sum + one / count, 0);
  if (!(Math.abs(scalar(value) - mean) <= 1e-4 * (1 + Math.abs(mean))))
    throw broken(plugin, "Its 'loss' is not the mean of 'perSample'", { expected: mean, got: scalar(value) });

  const program = lossProgram(loss, true);
  const all = await onOracle(plugin, setting, program, lossCase);
  requireFinite(plugin, all);
  await requireSameEverywhere(plugin, setting, program, lossCase, all);

  const batch = ['images', 'labels', 'aoi'].map((name) => [name, reversed(lossCase[name] as HostTensor)] as const);
  const turned = await onOracle(plugin, setting, lossProgram(loss, false), {
    ...lossCase,
    ...Object.fromEntries(batch),
  });
  if (!(distance(turned['perSample'], reversed(perSample)) <= 1e-3))
    throw broken(plugin, "Its 'perSample' depends on the order of the samples");

  for (const name of weights) {
    const at = lossCase[name] as HostTensor;
    const direction = normalTensor(at.shape, 3, name).data;
    const moved = async (by: number) => {
      const data = (at.data as Float32Array).map((x, i) => x + by * (direction[i] as number));
      const inputs: HostTensors = { ...lossCase, [name]: { ...at, data } };
      return scalar((await onOracle(plugin, setting, lossProgram(loss, false), inputs))['loss'] as HostTensor);
    };
    const slope = Array.from((all[`gradient by ${name}`] as HostTensor).data).reduce(
      (sum, g, i) => sum + g * (direction[i] as number),
      0,
    );
    const difference = ((await moved(step)) - (await moved(-step))) / (2 * step);
    if (!(Math.abs(slope - difference) <= 0.02 * (0.1 + Math.abs(difference))))
      throw broken(plugin, `Its gradient by the ${name} of the network is not that of finite differences`, {
        expected: difference,
        got: slope,
      });
  }
}

function scalar({ data }: HostTensor): number {
  return data[0] as number;
}
