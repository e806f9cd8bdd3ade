/** The WebAssembly build of ONNX Runtime, which stands in where npm left out the native one. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Engine, Program } from '@foveate/contracts';
import { expectClose, normalTensor } from '@foveate/testkit';
import { encodeOnnx, trace } from '@foveate/tracer';
import * as tf from '@tensorflow/tfjs-core';
import { onnxEngine } from './index.js';
import { chooseProvider } from './provider-trial.js';
import { nativeAbsence, plainProvider } from './runtime.js';

const missing = (name: string): never => {
  throw new Error(`Cannot find module '${name}'\nRequire stack:\n- x`);
};

describe('without the native build', () => {
  it('WebAssembly is taken, and said why', async () => {
    const choice = await chooseProvider('auto', 1, undefined, () => nativeAbsence(missing));
    expect(choice).toEqual({ provider: 'wasm', remark: 'onnxruntime-node is not installed' });
    expect([plainProvider(missing), plainProvider()]).toEqual(['wasm', 'cpu']);
  });
});

/** A convolution with batch statistics, ReLU, max-pool and gradients: what training is made of. */
const step: Program = ({ x }, { w }) => {
  const loss = (filter: tf.Tensor): tf.Scalar => {
    const map = tf.relu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'));
    const { mean, variance } = tf.moments(map, [0, 1, 2]);
    const normal = tf.div(tf.sub(map, mean), tf.sqrt(tf.add(variance, 1e-3)));
    return tf.mean(tf.square(tf.maxPool(normal as tf.Tensor4D, 2, 2, 'valid')));
  };
  const { value, grad } = tf.valueAndGrad(loss)(w as tf.Tensor);
  return { outputs: { loss: value }, state: { w: tf.sub(w as tf.Tensor, tf.mul(grad, 0.1)) } };
};

const filters = { w: normalTensor([3, 3, 3, 8], 1, 'w') };

async function train(engine: Engine, steps: number) {
  const state = engine.createState(filters);
  const program = engine.compile(step, state);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    losses.push((await program.run({ x: normalTensor([2, 12, 12, 3], i, 'x') }))['loss']!.data[0]!);
  }
  return { losses, state: await state.read() };
}

describe.each([
  ['this thread', false],
  ['a worker', true],
])('the provider wasm in %s', (_where, worker) => {
  const engines = [onnxEngine({ provider: 'wasm', threads: 1, worker }), onnxEngine({ provider: 'cpu', threads: 1 })];
  const [wasm, native] = engines as [Engine, Engine];
  afterAll(() => {
    for (const engine of engines) engine.dispose();
  });

  it('trains as the native build does', async () => {
    expect(wasm.info.description).toMatch(/^ONNX Runtime \d+\.\d+\.\d+, wasm, 1 thread/);
    expect(Object.keys(wasm.info.versions)).toEqual(['onnxruntime-web']);
    const [mine, theirs] = [await train(wasm, 5), await train(native, 5)];
    mine.losses.forEach((loss, i) => expect(loss).toBeCloseTo(theirs.losses[i]!, 4));
    expectClose('w', mine.state['w'], theirs.state['w']!, 1e-4);
  });

  it('opens ONNX files', async () => {
    const graph = trace(({ x }) => ({ y: tf.mul(x!, 2) }), { inputs: { x: { dtype: 'float32', shape: [3] } } });
    const model = await wasm.openModel?.('onnx', { 'model.onnx': encodeOnnx(graph) });
    const { y } = await model!.run({ x: { dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) } });
    expect([...y!.data]).toEqual([2, 4, 6]);
    model!.dispose();
  });

  it('says when there is too little memory, and goes on', async () => {
    const huge: Program = ({ x }) => ({
      outputs: { sum: tf.sum(tf.exp(tf.add(tf.reshape(x!, [-1, 1]), tf.reshape(x!, [1, -1])))) },
    });
    const x = { dtype: 'float32' as const, shape: [200_000], data: new Float32Array(200_000) };
    await expect(wasm.compile(huge, wasm.createState({})).run({ x })).rejects.toMatchObject({
      code: 'ENGINE_OUT_OF_MEMORY',
    });
    expect((await train(wasm, 1)).losses[0]).toBeGreaterThan(0);
  });
});

it('threads of WebAssembly do not keep a process alive', async () => {
  const program = fileURLToPath(new URL('./testing/wasm-program.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  expect(stdout.trim()).toBe('5');
});
