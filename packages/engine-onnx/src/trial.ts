/** The process that tries a provider: a few small training steps, compared with the CPU's. Arguments: provider, threads. */
import { messageOf } from '@foveate/contracts';
import type { HostTensors, Program } from '@foveate/contracts';
import '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { onnxEngine } from './engine.js';
import { unavailability } from './failures.js';
import type { TrialMessage } from './provider-trial.js';
import type { Provider } from './providers.js';

/** Gradient descent on one convolution with ReLU and max-pool: what a provider for training must be able to do. */
const step: Program = ({ x }, { w }) => {
  const loss = (filter: tf.Tensor): tf.Scalar => {
    const map = tf.relu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'));
    return tf.mean(tf.square(tf.maxPool(map, 2, 2, 'valid')));
  };
  const { value, grad } = tf.valueAndGrad(loss)(w as tf.Tensor);
  return { outputs: { loss: value }, state: { w: tf.sub(w as tf.Tensor, tf.mul(grad, 0.1)) } };
};

function wave(shape: readonly number[]): HostTensors[string] {
  const length = shape.reduce((product, size) => product * size, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length }, (_, i) => 0.3 * Math.sin(1.7 * i)) };
}

/** Long enough to know a slow provider. */
const enoughMs = 3000;

/** @returns the losses of up to six steps and the time of the fastest, the first being warm-up */
async function train(provider: Provider, threads: number): Promise<{ losses: number[]; stepMs: number }> {
  const engine = onnxEngine({ provider, threads });
  const program = engine.compile(step, engine.createState({ w: wave([3, 3, 16, 32]) }));
  const losses: number[] = [];
  const begin = performance.now();
  let stepMs = Infinity;
  for (let i = 0; i < 6 && (i < 2 || performance.now() - begin < enoughMs); i++) {
    const start = performance.now();
    losses.push((await program.run({ x: wave([8, 56, 56, 16]) }))['loss']?.data[0] ?? NaN);
    if (i > 0) stepMs = Math.min(stepMs, performance.now() - start);
  }
  return { losses, stepMs };
}

async function trial(provider: Provider, threads: number): Promise<TrialMessage> {
  const [cpu, tried] = [await train('cpu', threads), await train(provider, threads)];
  const error = Math.max(...tried.losses.map((loss, i) => Math.abs(loss / (cpu.losses[i] ?? loss) - 1)));
  // Half precision would miss this by far, rounding in another order does not.
  return error < 1e-3 ? { stepMs: tried.stepMs } : { reason: 'its results differ from those of the CPU' };
}

const [provider, threads] = process.argv.slice(2);
trial(provider as Provider, Number(threads)).then(
  (message) => process.send?.(message),
  (error: unknown) => {
    const text = messageOf(error).split('\n', 1)[0] ?? '';
    process.send?.({ reason: unavailability(text) ?? text });
  },
);
