import { afterAll, describe, expect, it } from '@jest/globals';
import type { Program } from '@foveate/contracts';
import { encodeOnnx, type Node, type Value } from '@foveate/tracer';
import * as tf from '@tensorflow/tfjs-core';
import { runFailure, sessionFailure } from './failures.js';
import { onnxEngine } from './index.js';
import { LocalHost } from './local-host.js';
import { loadRuntime } from './runtime.js';

const here = onnxEngine({ threads: 1 });
const apart = onnxEngine({ threads: 1, worker: true });
afterAll(() => {
  here.dispose();
  apart.dispose();
});

describe('a runtime that cannot be loaded', () => {
  it.each([
    ["Cannot find module 'onnxruntime-node'\nRequire stack:\n- x", 'npm install --ignore-scripts'],
    ["Cannot find module '../bin/napi-v6/linux/ia32/onnxruntime_binding.node'", 'has no library for'],
    ['Error loading shared library ld-linux-x86-64.so.2: No such file or directory', 'not Alpine'],
    ["/lib/libc.so.6: version `GLIBC_2.34' not found (required by x)", 'newer GNU C library'],
    ['The specified module could not be found.\n\\\\?\\C:\\x\\onnxruntime_binding.node', 'Visual C++'],
  ])('is explained: %s', (message, advice) => {
    const load = (): never => {
      throw new Error(message);
    };
    const loading = (): unknown => loadRuntime('cpu', 1, load);
    expect(loading).toThrow(expect.objectContaining({ code: 'ENGINE_UNAVAILABLE' }));
    expect(loading).toThrow(advice);
    expect(loading).toThrow('provider wasm');
  });
});

describe('a program the runtime refuses', () => {
  const x: Value = { name: 'x', type: 'float32', shape: [2] };
  const y: Value = { name: 'y', type: 'float32', shape: [2] };
  const node: Node = {
    op: 'NoSuchOp',
    domain: '',
    inputs: [x],
    outputs: [y],
    attributes: {},
    origin: 'Fancy @ models/mine.ts:7',
  };
  it('is an error that says so', async () => {
    const host = new LocalHost(loadRuntime('cpu', 1), { provider: 'cpu', threads: 1 });
    const model = encodeOnnx({ inputs: [x], nodes: [node], outputs: [{ name: 'y', value: y }] });
    const created = host.createSession(0, { model, cpuNodes: [], replaces: [] });
    await expect(created).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
    await expect(created).rejects.toThrow('NoSuchOp');
  });

  it('names the line of the program where the runtime names the node', () => {
    const message = "Could not find an implementation for ArgMax(13) node with name '12 ArgMax @ models/mine.ts:7'";
    expect(sessionFailure(new Error(message), 'cpu').message).toMatch(
      /^ArgMax @ models\/mine\.ts:7: ONNX Runtime refuses/,
    );
    const running = "Non-zero status code returned while running Pad node. Name:'4 PadV2 @ a.ts:1_token_4' Status: x";
    expect(runFailure(new Error(running), 'webgpu')).toMatchObject({ parts: { where: 'PadV2 @ a.ts:1' } });
  });
});

describe.each([
  ['this thread', here],
  ['a worker', apart],
])('too little memory in %s', (_where, engine) => {
  it('is an error that leaves the state as it was', async () => {
    const program: Program = ({ x }, { n }) => {
      // 40 TB, whatever the machine.
      const huge = tf.exp(tf.add(tf.reshape(x as tf.Tensor, [-1, 1]), tf.reshape(x as tf.Tensor, [1, -1])));
      return { outputs: { sum: tf.sum(huge) }, state: { n: tf.add(n as tf.Tensor, 1) } };
    };
    const size = 3_200_000;
    const state = engine.createState({ n: { dtype: 'float32', shape: [], data: Float32Array.of(5) } });
    const running = engine
      .compile(program, state)
      .run({ x: { dtype: 'float32', shape: [size], data: new Float32Array(size) } });
    await expect(running).rejects.toMatchObject({ code: 'ENGINE_OUT_OF_MEMORY' });
    await expect(running).rejects.toThrow('smaller batch');
    expect((await state.read())['n']?.data[0]).toBe(5);
  });
});

describe('errors from a worker', () => {
  it('keep their code and place', async () => {
    const unsupported: Program = ({ x }) => ({ outputs: { y: tf.tensor1d([(x as tf.Tensor).dataSync()[0] ?? 0]) } });
    const running = apart
      .compile(unsupported, apart.createState({}))
      .run({ x: { dtype: 'float32', shape: [1], data: new Float32Array(1) } });
    await expect(running).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
  });

  it('say that the engine was disposed', async () => {
    const closed = onnxEngine({ threads: 1, worker: true });
    const state = closed.createState({ n: { dtype: 'float32', shape: [], data: Float32Array.of(5) } });
    await state.read();
    closed.dispose();
    await expect(state.read()).rejects.toThrow('disposed');
  });
});
