/** Eager execution on tfjs' pure JavaScript backend. The only importer of tfjs backends. */
import {
  fail,
  type Engine,
  type EngineState,
  type HostTensor,
  type HostTensors,
  type Program,
} from '@foveate/contracts';
import { checkInputs, type InputKinds } from '@foveate/tensor';
import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

const backendName = 'cpu';

// The backend's advice to install tfjs-node is not for users who chose this engine.
tf.env().set('PROD', true);

function toTensor({ data, shape, dtype }: HostTensor): tf.Tensor {
  return tf.tensor(data, [...shape], dtype);
}

function toHost(tensor: tf.Tensor): HostTensor {
  if (tensor.dtype === 'int32')
    return { dtype: 'int32', shape: tensor.shape, data: Int32Array.from(tensor.dataSync()) };
  return { dtype: 'float32', shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) };
}

class TfjsState implements EngineState {
  tensors: Record<string, tf.Tensor>;

  constructor(values: HostTensors) {
    this.tensors = onBackend(() =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tf.keep(toTensor(value))])),
    );
  }

  read(names: readonly string[] = Object.keys(this.tensors)): Promise<HostTensors> {
    return Promise.resolve(Object.fromEntries(names.map((name) => [name, toHost(this.get(name))])));
  }

  write(values: HostTensors): Promise<void> {
    onBackend(() => {
      for (const [name, value] of Object.entries(values)) this.replace(name, toTensor(value));
    });
    return Promise.resolve();
  }

  replace(name: string, tensor: tf.Tensor): void {
    const old = this.get(name);
    this.tensors[name] = tf.keep(tensor);
    old.dispose();
  }

  dispose(): void {
    tf.dispose(this.tensors);
    this.tensors = {};
  }

  private get(name: string): tf.Tensor {
    const tensor = this.tensors[name];
    if (tensor === undefined) throw fail({ code: 'ENGINE_INPUT', what: `The state has no value '${name}'` });
    return tensor;
  }
}

/** Runs `body` with the CPU backend active, whatever was active before. */
function onBackend<T>(body: () => T): T {
  const engine = tf.engine();
  const previous = engine.backendName;
  // Synchronous for this backend: the switch is complete when the call returns.
  void engine.setBackend(backendName);
  try {
    return body();
  } finally {
    if (previous !== undefined && previous !== '') void engine.setBackend(previous);
  }
}

function run(program: Program, state: TfjsState, inputs: HostTensors): HostTensors {
  return onBackend(() => {
    const outputs: Record<string, HostTensor> = {};
    tf.tidy(() => {
      const tensors = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toTensor(value)]));
      const result = program(tensors, state.tensors);
      for (const [name, tensor] of Object.entries(result.outputs)) outputs[name] = toHost(tensor);
      // A clone survives the tidy also when the program returned an input or an old state value.
      for (const [name, tensor] of Object.entries(result.state ?? {})) state.replace(name, tf.clone(tensor));
    });
    return outputs;
  });
}

/** An engine on tfjs' pure JavaScript backend: no native code, every operation, about a thousand times slower than ONNX. */
export function tfjsEngine(): Engine {
  return {
    info: {
      description: `tfjs ${tf.version_core}, pure JavaScript`,
      versions: { 'tfjs-core': tf.version_core, 'tfjs-backend-cpu': version_cpu },
    },
    createState: (values) => new TfjsState(values),
    compile: (program, state) => {
      let kinds: InputKinds | undefined;
      return {
        run: (inputs) => {
          kinds = checkInputs(inputs, kinds);
          return Promise.resolve(run(program, state as TfjsState, inputs));
        },
        dispose: () => undefined,
      };
    },
    dispose: () => undefined,
  };
}
