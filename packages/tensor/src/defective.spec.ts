import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { defectiveClass, isDefective, margin } from './defective.js';

beforeAll(() => tf.setBackend('cpu'));

describe('the defective class', () => {
  it('is column 1 of labels and logits', () => {
    const labels = tf.tensor2d([0, 1, 1, 0], [2, 2]);
    expect([...isDefective(labels).dataSync()]).toEqual([1, 0]);
    expect([...defectiveClass(labels).dataSync()]).toEqual([0, 1, 0, 1]);
    expect([...margin(tf.tensor2d([0.5, 2, 3, -1], [2, 2])).dataSync()]).toEqual([1.5, -4]);
  });
});
