/** Several threads, in a process of its own: a process has one WASM backend, and this one must end by itself. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const script = `
import { createRequire } from 'node:module';
import { loadTfjsEngine } from './dist/index.js';
const tf = createRequire(import.meta.url)('@tensorflow/tfjs-core');
const engine = await loadTfjsEngine({ backend: 'wasm', threads: 2 });
const data = Float32Array.from({ length: 2 * 16 * 16 * 8 }, (_, i) => Math.sin(i));
const program = engine.compile(({ x }) => {
  const w = tf.reshape(tf.cos(tf.range(0, 576)), [3, 3, 8, 8]);
  return { outputs: { y: tf.sum(tf.square(tf.conv2d(x, w, 1, 'same'))) } };
}, engine.createState({}));
const run = async () => (await program.run({ x: { dtype: 'float32', shape: [2, 16, 16, 8], data } })).y.data[0];
const first = await run();
console.log(JSON.stringify({
  description: engine.info.description,
  same: first === await run(),
  value: first,
  listeners: process.listenerCount('unhandledRejection') + process.listenerCount('uncaughtException'),
  worker: typeof Worker,
}));
`;

describe('two threads', () => {
  it('compute, repeat themselves, end with the process and leave it as it was', () => {
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const text = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd, timeout: 50_000 });
    const result = JSON.parse(text.toString()) as Record<string, unknown>;
    expect(result).toMatchObject({
      description: expect.stringMatching(/WASM with SIMD, 2 threads$/),
      same: true,
      listeners: 0,
      worker: 'undefined',
    });
    expect(result['value']).toBeGreaterThan(0);
  });
});
