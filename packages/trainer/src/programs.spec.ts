import { random, type Explainer, type HostTensors, type Loss } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { initialise, withPrefix } from '@foveate/tensor';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { batchTensors, stepTensors } from './feed/batch-tensors.js';
import { evaluateProgram } from './evaluate-program.js';
import { predictionsOf } from './predictions.js';
import { sgdOptimizer } from '../../optimizers/src/sgd.js';
import { tinyBatch, tinyCrossEntropy, tinyGradCam, tinyHeatLoss, tinyModel } from './testing/tiny.js';
import { trainStepProgram } from './step/train-step-program.js';

beforeAll(() => tf.setBackend('cpu'));

const engine = tfjsEngine();
const model = () => withPrefix('model', initialise(tinyModel.variables, 4));
const batch = tinyBatch([0, 1, 2, 3]);

/** One step of plain gradient descent with step size 1: the change of a variable is its negative gradient. */
async function step(loss: Loss, variables: HostTensors) {
  const optimizer = sgdOptimizer({ learningRate: 1 });
  const state = engine.createState(variables);
  const outputs = await engine
    .compile(trainStepProgram({ model: tinyModel, loss, optimizer }), state)
    .run({ ...batchTensors(batch), ...stepTensors(tinyModel, batch.ids.length, 1, random(1)) });
  const after = await state.read();
  state.dispose();
  return { outputs, after };
}

function nudged(variables: HostTensors, name: string, index: number, by: number): HostTensors {
  const data = variables[name]!.data.slice() as Float32Array;
  data[index]! += by;
  return { ...variables, [name]: { ...variables[name]!, data } };
}

describe('trainStepProgram', () => {
  it.each([
    ['cross-entropy', tinyCrossEntropy],
    ['a loss with gradients of its own', tinyHeatLoss],
  ])('descends the gradient of %s', async (_name, loss) => {
    const before = model();
    const { outputs, after } = await step(loss, before);
    let squares = 0;
    for (const { name, trainable } of tinyModel.variables) {
      if (!trainable) continue;
      const key = `model/${name}`;
      const gradient = Array.from(before[key]!.data, (value, i) => value - after[key]!.data[i]!);
      squares += gradient.reduce((sum, value) => sum + value * value, 0);
      for (const index of [0, gradient.length - 1]) {
        const at = async (by: number) => (await step(loss, nudged(before, key, index, by))).outputs['loss']!.data[0]!;
        const difference = ((await at(0.001)) - (await at(-0.001))) / 0.002;
        expect(gradient[index]!).toBeCloseTo(difference, 3);
      }
    }
    expect(outputs['gradientNorm']!.data[0]!).toBeCloseTo(Math.sqrt(squares), 4);
  });

  it('returns loss, parts, logits and the loss of each sample', async () => {
    const { outputs } = await step(tinyHeatLoss, model());
    expect(Object.keys(outputs).sort()).toEqual(['gradientNorm', 'logits', 'loss', 'parts/heat', 'perSample']);
    expect(outputs['logits']!.shape).toEqual([4, 2]);
    const perSample = outputs['perSample']!.data;
    expect(perSample.length).toBe(4);
    expect(outputs['loss']!.data[0]!).toBeCloseTo((perSample[0]! + perSample[1]! + perSample[2]! + perSample[3]!) / 4);
  });

  it('updates the moving statistics once', async () => {
    const { after } = await step(tinyHeatLoss, model());
    const mean = tf.tidy(() => {
      const images = tf.tensor4d(batch.images, [4, 8, 8, 3]);
      const kernel = tf.tensor4d(model()['model/conv/kernel']!.data as Float32Array, [3, 3, 3, 3]);
      return [...tf.mean(tf.conv2d(images, kernel, 2, 'same'), [0, 1, 2]).dataSync()];
    });
    mean.forEach((value, i) => expect(after['model/norm/mean']!.data[i]!).toBeCloseTo(0.1 * value));
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await step(tinyHeatLoss, model());
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a model with nothing to train', () => {
    const optimizer = sgdOptimizer({ learningRate: 1 });
    const frozen = { ...tinyModel, variables: tinyModel.variables.map((v) => ({ ...v, trainable: false })) };
    expect(() => trainStepProgram({ model: frozen, loss: tinyCrossEntropy, optimizer })).toThrow(
      'no trainable variable',
    );
  });
});

describe('evaluateProgram', () => {
  const run = async (explainer: Explainer, heatmaps: boolean) => {
    const state = engine.createState(model());
    const before = tf.memory().numTensors;
    const outputs = await engine
      .compile(evaluateProgram({ model: tinyModel, loss: tinyHeatLoss, explainer, heatmaps }), state)
      .run(batchTensors(batch));
    expect(tf.memory().numTensors).toBe(before);
    state.dispose();
    return outputs;
  };
  const corner = (value: number): Explainer => ({
    uses: [],
    differentiable: false,
    heatmap: () =>
      tf.tensor3d(
        [0, 1, 2, 3].flatMap(() => [value, 0, 0, 0]),
        [4, 2, 2],
      ),
  });

  it('measures the heat inside the area of interest at input size', async () => {
    const outputs = await run(corner(2), true);
    // 2 -> 8 with half-pixel centres weighs the hot cell by 1, 1, .875, .625, .375, .125, 0, 0 along each axis.
    expect(outputs['heatmap']!.shape).toEqual([4, 8, 8]);
    expect(outputs['heatmap']!.data[2]).toBeCloseTo(2 * 0.875);
    expect(outputs['heatMass']!.data[0]).toBeCloseTo(2 * 4 * 4);
    expect(predictionsOf({ batch, outputs })[0]!.aoiShare).toBeCloseTo(3.5 / 4);
  });

  it('has no share for a heatmap without heat', async () => {
    const outputs = await run(corner(0), false);
    expect(predictionsOf({ batch, outputs })[0]).not.toHaveProperty('aoiShare');
    expect(outputs).not.toHaveProperty('heatmap');
  });

  it('gives the softmax score of class 1 and the loss of each sample', async () => {
    const outputs = await run(tinyGradCam, false);
    const [good, defective] = outputs['logits']!.data as Float32Array;
    const score = Math.exp(defective!) / (Math.exp(good!) + Math.exp(defective!));
    expect(outputs['score']!.data[0]).toBeCloseTo(score);
    const predictions = predictionsOf({ batch, outputs });
    expect(predictions.map(({ id, label }) => [id, label])).toEqual([
      ['s0', 0],
      ['s1', 1],
      ['s2', 0],
      ['s3', 1],
    ]);
    expect(predictions[1]!.loss).toBe(outputs['perSample']!.data[1]);
  });
});
