/** A small engine for the tests of this package: programs run eagerly on the current tfjs backend. */
import type { CompiledProgram, Engine, EngineState, HostTensor, HostTensors } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';

function toTensor({ data, shape, dtype }: HostTensor): tf.Tensor {
  return tf.tensor(data.slice(), [...shape], dtype);
}

function toHost(tensor: tf.Tensor): HostTensor {
  const dtype = tensor.dtype === 'int32' ? 'int32' : 'float32';
  return { dtype, shape: tensor.shape, data: tensor.dataSync<'float32'>().slice() };
}

class EagerState implements EngineState {
  readonly tensors: Record<string, tf.Tensor>;

  constructor(values: HostTensors) {
    this.tensors = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toTensor(value)]));
  }

  async read(names = Object.keys(this.tensors)): Promise<HostTensors> {
    return Object.fromEntries(names.map((name) => [name, toHost(this.tensors[name] as tf.Tensor)]));
  }

  async write(values: HostTensors): Promise<void> {
    for (const [name, value] of Object.entries(values)) this.replace(name, toTensor(value));
  }

  replace(name: string, tensor: tf.Tensor): void {
    if (!(name in this.tensors)) throw new Error(`'${name}' is not in the state.`);
    this.tensors[name]?.dispose();
    this.tensors[name] = tensor;
  }

  dispose(): void {
    tf.dispose(this.tensors);
  }
}

/** Runs programs eagerly; nothing of a run outlives it but the state. */
export const eagerEngine: Engine = {
  info: { description: 'eager', versions: {} },
  createState: (values) => new EagerState(values),
  compile: (program, state): CompiledProgram => ({
    run: async (inputs) => {
      const live = state as EagerState;
      const { outputs, state: changed } = tf.tidy(() => {
        const named = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toTensor(value)]));
        const result = program(named, live.tensors);
        return { outputs: { ...result.outputs }, state: { ...result.state } };
      });
      for (const [name, tensor] of Object.entries(changed)) live.replace(name, tensor);
      const host = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, toHost(tensor)]));
      tf.dispose(outputs);
      return host;
    },
    dispose: () => undefined,
  }),
  dispose: () => undefined,
};
