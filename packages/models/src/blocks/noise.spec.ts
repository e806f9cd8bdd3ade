import { describe, expect, it } from '@jest/globals';
import '@foveate/engine-tfjs';
import { random, type VariableScope } from '@foveate/contracts';
import { inferenceScope } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { dropout, stochasticDepth } from './noise.js';
import { Variables } from './variables.js';

const rate = 0.3;
const samples = 4000;

/** A training scope whose noise is that of a run. */
function training(width: number, frozen = false): VariableScope {
  const stream = random(1, 'noise');
  const numbers = Float32Array.from({ length: samples * width }, () => stream.float());
  return {
    ...inferenceScope({}),
    training: true,
    frozen: () => frozen,
    noise: () => tf.tensor2d(numbers, [samples, width]),
  };
}

const mean = (x: tf.Tensor): number => tf.mean(x).dataSync()[0]!;

describe('dropout', () => {
  const variables = new Variables();
  const layer = dropout(variables, 'dropout', 3, rate);

  it('keeps the expectation, element by element', () => {
    expect(variables.noise).toEqual({ dropout: 3 });
    const y = layer(tf.ones([samples, 3]), training(3));
    // Four standard errors of a mean of 12,000 draws.
    expect(Math.abs(mean(y) - 1)).toBeLessThan(4 * Math.sqrt(rate / (1 - rate) / (3 * samples)));
    expect(new Set([...y.dataSync()].map((value) => value.toFixed(4)))).toEqual(new Set(['0.0000', '1.4286']));
  });

  it('does nothing outside training, and at rate 0 needs no noise', () => {
    const x = tf.randomNormal<tf.Rank.R2>([2, 3]);
    expect(layer(x, inferenceScope({}))).toBe(x);
    const none = new Variables();
    expect(dropout(none, 'dropout', 3, 0)(x, training(3))).toBe(x);
    expect(none.noise).toEqual({});
  });
});

describe('stochastic depth', () => {
  const variables = new Variables();
  const layer = stochasticDepth(variables, 'block', rate, 'block/project/norm/gamma');

  it('drops whole samples and keeps the expectation', () => {
    expect(variables.noise).toEqual({ block: 1 });
    const y = layer(tf.ones([samples, 2, 2, 3]), training(1));
    expect(Math.abs(mean(y) - 1)).toBeLessThan(4 * Math.sqrt(rate / (1 - rate) / samples));
    const perSample = tf.reshape(y, [samples, 12]);
    expect(tf.equal(tf.max(perSample, 1), tf.min(perSample, 1)).dataSync().every(Boolean)).toBe(true);
  });

  it('does nothing outside training and to a branch that is frozen', () => {
    const x = tf.randomNormal<tf.Rank.R4>([samples, 1, 1, 1]);
    expect(layer(x, inferenceScope({}))).toBe(x);
    expect(layer(x, training(1, true))).toBe(x);
  });
});
