import { afterAll, describe, expect, it } from '@jest/globals';
import type { HostTensors, Program } from '@foveate/contracts';
import { normalTensor } from '@foveate/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { onnxEngine } from './index.js';

const onnx = onnxEngine({ threads: 2 });
afterAll(() => onnx.dispose());

describe('state', () => {
  it('comes out as it went in, whatever the order in memory', async () => {
    const values = { filter: normalTensor([2, 3, 4, 5], 1, 'filter'), vector: normalTensor([7], 1, 'vector') };
    expect(await onnx.createState(values).read()).toEqual(values);
    expect(Object.keys(await onnx.createState(values).read(['vector']))).toEqual(['vector']);
  });

  it('refuses values of another shape and unknown names', async () => {
    const state = onnx.createState({ a: normalTensor([2], 1, 'a') });
    await expect(async () => state.write({ a: normalTensor([3], 1, 'a') })).rejects.toMatchObject({
      code: 'ENGINE_INPUT',
    });
    await expect(async () => state.read(['b'])).rejects.toThrow("no value 'b'");
  });
});

describe('inputs', () => {
  const double: Program = ({ x }) => ({ outputs: { y: tf.mul(x as tf.Tensor, 2) } });
  it('may change their shape from call to call', async () => {
    const compiled = onnx.compile(double, onnx.createState({}));
    for (const n of [3, 1, 3])
      expect((await compiled.run({ x: normalTensor([n, 2], 1, 'x') }))['y']?.shape).toEqual([n, 2]);
  });

  it.each([
    [
      'of another dtype',
      { x: { dtype: 'int32', shape: [1, 2], data: Int32Array.of(1, 2) } },
      'expected float32 of rank 2, got int32',
    ],
    ['of another rank', { x: { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } }, 'got float32 of rank 1'],
    ['that are missing', {}, 'got nothing'],
    [
      'nobody asked for',
      {
        x: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) },
        z: { dtype: 'float32', shape: [], data: Float32Array.of(1) },
      },
      "Input 'z'",
    ],
    ['shorter than their shape', { x: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2) } }, '2 values'],
  ] as [string, HostTensors, string][])('are refused when %s', async (...[, inputs, message]) => {
    const compiled = onnx.compile(double, onnx.createState({}));
    await compiled.run({ x: normalTensor([1, 2], 1, 'x') });
    await expect(compiled.run(inputs)).rejects.toThrow(message);
  });
});
