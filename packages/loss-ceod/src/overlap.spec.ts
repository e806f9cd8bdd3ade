import { describe, expect, it } from '@jest/globals';
import '@foveate/tensor';
import { tfjsEngine } from '@foveate/engine-tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { filteredMask, hottestPixels, overlapDistance } from './overlap.js';

// Registers the pure JavaScript backend.
tfjsEngine();

const values = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];
const rounded = (tensor: tf.Tensor): number[] => values(tensor).map((value) => Math.round(value * 1e4) / 1e4);

describe('filteredMask', () => {
  it('adds half of each of the nine neighbours', () => {
    const mask = tf.tensor3d([
      [
        [0, 0, 0, 0],
        [0, 1, 1, 0],
        [0, 1, 1, 0],
        [0, 0, 0, 0],
      ],
    ]);
    expect(rounded(filteredMask(mask, [4, 4], 0.5, false))).toEqual([
      0.5, 1, 1, 0.5, 1, 2, 2, 1, 1, 2, 2, 1, 0.5, 1, 1, 0.5,
    ]);
    expect(Math.max(...values(filteredMask(mask, [4, 4], 0.5, true)))).toBe(1);
    expect(Math.max(...values(filteredMask(tf.ones([1, 5, 5]), [5, 5], 0.5, false)))).toBe(4.5);
  });

  it('averages the area of interest over each heatmap cell, also where sizes do not divide', () => {
    // A kernel of one ninth leaves a constant interior as it is; only the middle cell has all its neighbours.
    const half = tf.tensor3d([Array.from({ length: 6 }, () => [1, 1, 1, 0, 0, 0])]);
    const [, , , , middle] = values(filteredMask(half, [3, 3], 1 / 9, false));
    expect(middle).toBeCloseTo((1 + 0.5 + 0) / 3, 5);
    const uneven = filteredMask(tf.ones([2, 7, 5]), [3, 3], 1 / 9, false);
    expect(uneven.shape).toEqual([2, 3, 3]);
    expect(values(uneven)[4]).toBeCloseTo(1, 5);
  });

  it('keeps an area smaller than a cell', () => {
    const dot = tf.buffer([1, 64, 64]);
    dot.set(1, 0, 33, 33);
    expect(tf.sum(filteredMask(dot.toTensor() as tf.Tensor3D, [4, 4], 0.5, false)).dataSync()[0]).toBeGreaterThan(0);
  });
});

describe('hottestPixels', () => {
  it('keeps values of at least the threshold, relative to the maximum of each image', () => {
    const heatmap = tf.tensor3d([
      [
        [4, 2],
        [1, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    expect(values(hottestPixels(heatmap, 0.5))).toEqual([1, 0.5, 0, 0, 0, 0, 0, 0]);
  });

  it('has a finite gradient for a heatmap that is all zero', () => {
    const gradient = tf.grad((x) => tf.sum(hottestPixels(x as tf.Tensor3D, 0.5)))(tf.zeros([1, 2, 2]));
    expect(values(gradient).every(Number.isFinite)).toBe(true);
  });
});

describe('overlapDistance', () => {
  const mask = tf.tensor3d([
    [
      [1, 1],
      [0, 0],
    ],
  ]);
  it.each([
    [
      'inside',
      [
        [1, 0.5],
        [0, 0],
      ],
      -Math.log(1 - 1e-7),
    ],
    [
      'outside',
      [
        [0, 0],
        [1, 0.5],
      ],
      -Math.log(1e-7),
    ],
    // Sum of the hot pixels 2, of the mask 2, shared 1.
    [
      'half inside',
      [
        [1, 0],
        [1, 0],
      ],
      Math.log(2),
    ],
    // Sum of the hot pixels 1.5 is the smaller; shared 1.
    [
      'two thirds inside',
      [
        [1, 0],
        [0.5, 0],
      ],
      Math.log(1.5),
    ],
    [
      'nowhere',
      [
        [0, 0],
        [0, 0],
      ],
      -Math.log(1e-7),
    ],
  ])('is right for pixels %s', (...[, pixels, distance]) => {
    expect(values(overlapDistance(tf.tensor3d([pixels]), mask, 1e-7))[0]).toBeCloseTo(distance, 4);
  });
});
