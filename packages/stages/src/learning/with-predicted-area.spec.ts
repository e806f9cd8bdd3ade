import { describe, expect, it } from '@jest/globals';
import type { HostTensors, Loss, LossInputs, Model, Program } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { lossInputs } from '@foveate/tensor';
import { runOnce } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { withPredictedArea } from './with-predicted-area.js';

const plain: Loss = {
  uses: [],
  compute: ({ logits }) => {
    const perSample: tf.Tensor1D = tf.sum(logits, 1);
    return { loss: tf.mean(perSample), perSample, parts: { ce: tf.mean(perSample) } };
  },
};

/** The feature map is the area logits. */
const area = { weight: 2, logits: (map: tf.Tensor4D): tf.Tensor3D => tf.squeeze(map, [3]) };

const inputs: HostTensors = {
  featureMap: { dtype: 'float32', shape: [2, 1, 2, 1], data: Float32Array.of(0, 0, 2, -1) },
  logits: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
  // Of the first image all is inside; of the second the left cell, and three quarters of the right one.
  aoi: { dtype: 'float32', shape: [2, 2, 4], data: Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0) },
};

async function measured(loss: Loss) {
  const program: Program = (given) => {
    const view = { ...given, head: () => given['logits'], forward: () => given } as unknown as LossInputs;
    const { parts, ...rest } = loss.compute(
      lossInputs(loss, { view, labels: given['logits'] as tf.Tensor2D, aoi: given['aoi'] as tf.Tensor3D }),
    );
    return { outputs: { ...rest, ...parts } };
  };
  const engine = tfjsEngine();
  try {
    const outputs = await runOnce(engine, program, inputs);
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]]));
  } finally {
    engine.dispose();
  }
}

describe('withPredictedArea', () => {
  it('leaves the loss alone for a model that predicts no area', () => {
    expect(withPredictedArea(plain, {} as Model)).toBe(plain);
  });

  it('adds the weighted cross-entropy of the area, as computed by hand', async () => {
    const { perSample, loss, ce, area: part } = await measured(withPredictedArea(plain, { area }));
    const [a, b] = [1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(1))];
    const second = -(Math.log(a) + 0.75 * Math.log(b) + 0.25 * Math.log(1 - b)) / 2;
    const expected = [3 + 2 * Math.log(2), 7 + 2 * second];
    expected.forEach((value, index) => expect(perSample![index]).toBeCloseTo(value, 5));
    expect(loss![0]).toBeCloseTo((expected[0]! + expected[1]!) / 2, 5);
    expect(ce![0]).toBe(5);
    expect(part![0]).toBeCloseTo((Math.log(2) + second) / 2, 5);
  });

  it('reads the area whether the loss does or not, and names it once', () => {
    expect(withPredictedArea(plain, { area }).uses).toEqual(['aoi']);
    expect(withPredictedArea({ ...plain, uses: ['progress', 'aoi'] }, { area }).uses).toEqual(['progress', 'aoi']);
  });
});
