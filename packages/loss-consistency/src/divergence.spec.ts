import { describe, expect, it } from '@jest/globals';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { finiteDifferences, runOnce } from '@foveate/testkit';
import type { HostTensor } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { divergence, type DivergenceMeasure } from './index.js';

const engine = tfjsEngine();
const rows = (...pairs: number[][]): HostTensor => ({
  dtype: 'float32',
  shape: [pairs.length, 2],
  data: Float32Array.from(pairs.flat()),
});

async function compare(a: HostTensor, b: HostTensor, measure: DivergenceMeasure) {
  const of = (x: tf.Tensor, y: tf.Tensor) => divergence(x as tf.Tensor2D, y as tf.Tensor2D, measure);
  const { value, byA, byB } = await runOnce(
    engine,
    (inputs) => {
      const given = [inputs['a'], inputs['b']] as tf.Tensor[];
      const [byA, byB] = tf.grads((x, y) => tf.sum(of(x!, y!)))(given);
      return { outputs: { value: of(given[0]!, given[1]!), byA: byA!, byB: byB! } };
    },
    { a, b },
  );
  return { value: [...value!.data], byA: [...byA!.data], byB: [...byB!.data] };
}

/** Jensen-Shannon divergence of two coins. */
function coins(p: number, q: number): number {
  const entropy = (of: number) => -of * Math.log(of) - (1 - of) * Math.log(1 - of);
  return entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2;
}
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('divergence', () => {
  it('is that of Jensen and Shannon', async () => {
    const { value } = await compare(rows([0, 1], [2, -1], [0.3, 0.3]), rows([0, -2], [2, -1], [5, 6]), 'js');
    expect(value[0]).toBeCloseTo(coins(sigmoid(1), sigmoid(-2)), 5);
    expect(value[1]).toBeCloseTo(0, 6);
    expect(value[2]).toBeCloseTo(coins(0.5, sigmoid(1)), 5);
  });

  it('is the squared difference of margins', async () => {
    const { value } = await compare(rows([0, 1], [2, -1]), rows([0, -2], [7, 4]), 'logits');
    expect(value).toEqual([9, 0]);
  });

  it('is bounded and finite, gradient too, however sure the predictions are', async () => {
    const { value, byA, byB } = await compare(rows([0, 300], [-90, 90]), rows([300, 0], [-90, 80]), 'js');
    expect(value[0]).toBeCloseTo(Math.LN2, 5);
    expect(value[1]).toBeCloseTo(0, 6);
    expect([...byA, ...byB].every(Number.isFinite)).toBe(true);
  });

  it.each(['js', 'logits'] as const)('has the gradient of differences: %s', async (measure) => {
    const [a, b] = [rows([0.2, 1], [-1, 0.5]), rows([0.4, -0.7], [0.3, 0.9])];
    const { byA, byB } = await compare(a, b, measure);
    const total = async (x: HostTensor, y: HostTensor) => {
      const { value } = await compare(x, y, measure);
      return value.reduce((sum, one) => sum + one, 0);
    };
    const [differencesA, differencesB] = [
      await finiteDifferences((x) => total(x, b), a, 1e-2),
      await finiteDifferences((x) => total(a, x), b, 1e-2),
    ];
    byA.forEach((value, i) => expect(value).toBeCloseTo(differencesA.data[i]!, 3));
    byB.forEach((value, i) => expect(value).toBeCloseTo(differencesB.data[i]!, 3));
  });
});
