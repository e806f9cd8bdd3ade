import { random, type HostTensors, type Loss } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { initialise } from '@foveate/tensor';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { batchTensors, hostScalar, noiseTensors } from '../feed/batch-tensors.js';
import { classification } from '../classification.js';
import { trainedVariables } from '../freezing/trained-part.js';
import { adamOptimizer } from '../../../optimizers/src/adam.js';
import { sgdOptimizer } from '../../../optimizers/src/sgd.js';
import { tinyBatch, tinyCrossEntropy, tinyModel, tinyStages } from '../testing/tiny.js';
import { completed, initialModel, servedModel, stateSpecs } from '../training-state.js';
import { classWeights } from './class-weights.js';
import { emaDecay } from './ema.js';
import { gatheredUpdateProgram, gatherProgram, trainStepProgram, type TrainStepParts } from './train-step-program.js';

const engine = tfjsEngine();
const model = tinyModel;
const trained = new Set(model.variables.filter(({ trainable }) => trainable).map(({ name }) => name));
const rates = { learningRate: hostScalar(0.1), emaDecay: hostScalar(0.75) };

function setup(parts: Partial<TrainStepParts> = {}) {
  const all: TrainStepParts = { model, loss: tinyCrossEntropy, optimizer: sgdOptimizer(), trained, ...parts };
  const settings = { ema: { decay: 0.75 }, accumulate: 2 };
  const specs = stateSpecs({ model: all.model, optimizer: all.optimizer, settings, trained: all.trained ?? trained });
  const before = completed(specs, initialModel(all.model, 4), 4);
  return { all, before, state: engine.createState(before) };
}

async function oneStep(parts: Partial<TrainStepParts>, order = [0, 1, 2, 3]) {
  const { all, before, state } = setup(parts);
  const { learningRate, emaDecay: decay } = rates;
  const outputs = await engine
    .compile(trainStepProgram(all), state)
    .run({ ...batchTensors(tinyBatch(order)), learningRate, ...(parts.averages === true ? { emaDecay: decay } : {}) });
  return { before, outputs, after: await state.read() };
}

const change = (before: HostTensors, after: HostTensors, name: string): number[] =>
  Array.from(after[name]!.data, (value, index) => value - before[name]!.data[index]!);

const lengthOf = (values: readonly number[]) => Math.hypot(...values);

describe('clipping', () => {
  it('shortens the gradient over all variables to the norm, and says what it was', async () => {
    const [plain, clipped] = [await oneStep({}), await oneStep({ clip: { norm: 0.05 } })];
    const all = ({ before, after }: typeof plain) =>
      [...trained].flatMap((name) => change(before, after, `model/${name}`));
    const norm = plain.outputs['gradientNorm']!.data[0]!;
    expect(norm).toBeGreaterThan(0.05);
    expect(lengthOf(all(plain))).toBeCloseTo(0.1 * norm, 5);
    expect(lengthOf(all(clipped))).toBeCloseTo(0.1 * 0.05, 5);
    expect(clipped.outputs['gradientNorm']!.data[0]).toBe(norm);
    // The direction stays.
    all(clipped).forEach((value, index) => expect(value).toBeCloseTo((all(plain)[index]! * 0.05) / norm, 5));
    const loose = await oneStep({ clip: { norm: 2 * norm } });
    all(loose).forEach((value, index) => expect(value).toBeCloseTo(all(plain)[index]!, 6));
  });

  it('bounds each element', async () => {
    const { before, after } = await oneStep({ clip: { value: 0.01 } });
    const changes = change(before, after, 'model/dense/kernel');
    expect(Math.max(...changes.map(Math.abs))).toBeCloseTo(0.001, 6);
  });
});

describe('class weights', () => {
  it('are balanced by the sizes of the classes', () => {
    expect(classWeights('balanced', [30, 10])).toEqual([40 / 60, 40 / 20]);
    expect(classWeights([1, 3], [])).toEqual([1, 3]);
  });

  it('multiply the loss of each sample', async () => {
    const [plain, weighted] = [await oneStep({}), await oneStep({ classWeights: [1, 3] })];
    const perSample = plain.outputs['perSample']!.data;
    // Samples 1 and 3 are of class 1.
    const expected = (perSample[0]! + 3 * perSample[1]! + perSample[2]! + 3 * perSample[3]!) / 4;
    expect(weighted.outputs['loss']!.data[0]).toBeCloseTo(expected, 5);
    expect(weighted.outputs['perSample']!.data[1]).toBeCloseTo(3 * perSample[1]!, 5);
  });
});

describe('the moving average', () => {
  it('goes a part of the way to the new values, statistics included', async () => {
    const { before, after } = await oneStep({ averages: true });
    for (const name of ['dense/kernel', 'norm/mean']) {
      const average = change(before, after, `ema/${name}`);
      change(before, after, `model/${name}`).forEach((value, index) =>
        expect(average[index]).toBeCloseTo(0.25 * value, 6),
      );
    }
    expect(servedModel(model, after)['model/dense/kernel']).toEqual(after['ema/dense/kernel']);
  });

  it('forgets the start soon', () => {
    expect([emaDecay(0.999, 0), emaDecay(0.999, 8), emaDecay(0.999, 1e6), emaDecay(0.05, 0)]).toEqual([
      0.1, 0.5, 0.999, 0.05,
    ]);
  });
});

const learned = (parts: TrainStepParts) => ({ ...parts, objective: classification(parts) });

describe('gathered gradients', () => {
  // Samples meet in batch norm, whose statistics are those of a batch: frozen, they are the same for every batch.
  const staged = tinyStages();
  const parts = { model: staged, trained: trainedVariables(staged, 'head') };

  it('update by the mean over all samples, of batches of any size', async () => {
    const optimizer = adamOptimizer({ learningRate: 0.1 });
    const whole = setup({ ...parts, optimizer });
    const noise = (samples: number) => noiseTensors(staged, samples, random(1));
    await engine
      .compile(trainStepProgram(whole.all), whole.state)
      .run({ ...batchTensors(tinyBatch([0, 1, 2, 3, 4, 5])), ...noise(6), learningRate: rates.learningRate });

    const { all, state } = setup({ ...parts, optimizer });
    const gather = engine.compile(gatherProgram(learned(all)), state);
    for (const order of [
      [0, 1, 2, 3],
      [4, 5],
    ])
      await gather.run({ ...batchTensors(tinyBatch(order)), ...noise(order.length) });
    const { updateNorm } = await engine
      .compile(gatheredUpdateProgram(learned(all)), state)
      .run({ learningRate: rates.learningRate });
    expect(updateNorm!.data[0]).toBeGreaterThan(0);

    const [expected, got] = [await whole.state.read(), await state.read()];
    for (const name of [
      'model/dense/kernel',
      'model/dense/bias',
      'optimizer/m/dense/kernel',
      'optimizer/step/dense/kernel',
    ])
      got[name]!.data.forEach((value, index) => expect(value).toBeCloseTo(expected[name]!.data[index]!, 5));
    expect([...got['gathered/dense/kernel']!.data, ...got['gathered-samples']!.data]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('let batch-norm statistics follow every batch', async () => {
    const { all, before, state } = setup();
    const gather = engine.compile(gatherProgram(learned(all)), state);
    await gather.run(batchTensors(tinyBatch([0, 1, 2, 3])));
    const after = await state.read();
    expect(change(before, after, 'model/norm/mean').some((value) => value !== 0)).toBe(true);
    expect(change(before, after, 'model/dense/kernel').every((value) => value === 0)).toBe(true);
  });
});

describe('a loss', () => {
  it.each([
    ['loss', { loss: tf.tensor1d([1, 2]) }, 'a scalar, such as tf.mean(perSample), got a tensor [2]'],
    ['perSample', { perSample: tf.tensor1d([1, 2]) }, 'the loss of each sample, [4], got a tensor [2]'],
    ['parts', { parts: undefined }, 'a record of scalars, {} for none, got nothing'],
    ['parts.ce', { parts: { ce: tf.tensor1d([1, 2]) } }, 'a scalar, got a tensor [2]'],
  ])('is refused where its %s is none', async (key, wrong, message) => {
    const loss: Loss = {
      uses: [],
      compute: (inputs) => ({ ...tinyCrossEntropy.compute(inputs), ...(wrong as object) }),
    };
    await expect(oneStep({ loss })).rejects.toThrow(`The loss gives no '${key}' that can be used (expected ${message}`);
  });

  it('gets what it says it uses and nothing else', async () => {
    const reading = (uses: Loss['uses']): Loss => ({
      uses,
      compute: (inputs) => {
        const { loss, perSample } = tinyCrossEntropy.compute(inputs);
        return { loss: tf.add(loss, tf.mean(inputs.images)), perSample, parts: {} };
      },
    });
    await expect(oneStep({ loss: reading([]) })).rejects.toThrow("A loss that reads 'images' has to name it");
    await expect(oneStep({ loss: reading(['images']) })).resolves.toBeDefined();
    const again: Loss = {
      uses: ['images'],
      compute: ({ images, labels, forward }) => {
        const perSample = tf.sum(tf.mul(forward(images).logits, labels), 1);
        return { loss: tf.mean(perSample), perSample, parts: {} };
      },
    };
    await expect(oneStep({ loss: again })).rejects.toThrow("reads 'forward' has to name it");
  });
});

describe('initial values', () => {
  it('stand in for drawn ones', () => {
    const kernel = { dtype: 'float32' as const, shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
    const values = initialModel(model, 4, { 'dense/kernel': kernel });
    expect(values['model/dense/kernel']).toEqual(kernel);
    expect(values['model/conv/kernel']).toEqual(initialise(model.variables, 4)['conv/kernel']);
    expect(() => initialModel(model, 4, { 'dense/kernel': { ...kernel, shape: [2, 3] } })).toThrow(
      'dense/kernel: An initial value does not fit the model (expected [3,2], got [2,3])',
    );
    expect(() => initialModel(model, 4, { 'dense/kernal': kernel })).toThrow('no such variable');
  });
});
