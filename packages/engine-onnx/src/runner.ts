/** Runs programs that keep their state in tf.Variables: tfjs optimizers, LayersModels. The values live in the runtime. */
import { availableParallelism } from 'node:os';
import { fail, type HostTensor, type HostTensors } from '@foveate/contracts';
import { checkInputs, type InputKinds } from '@foveate/tensor';
import {
  compile,
  encodeOnnx,
  fromStored,
  storedOrder,
  toStored,
  type Compiled,
  type TracedFunction,
} from '@foveate/tracer';
import * as tf from '@tensorflow/tfjs-core';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { OnnxEngineOptions } from './engine.js';
import { runFailure, sessionFailure } from './failures.js';
import { sessionOptions } from './local-host.js';
import { mostSessions, signatureOf } from './program.js';
import { Queue } from './queue.js';
import { Recent } from './recent.js';
import { loadRuntime, plainProvider, type OnnxRuntime } from './runtime.js';

/** A program with variables on ONNX Runtime. */
export interface Runner {
  /**
   * Runs the program once and keeps the values it assigned. Compiles it first if inputs of these shapes are new.
   * @throws FoveateError as `compile` of @foveate/tracer, and `ENGINE_INPUT` for an input whose name, dtype or rank differs
   *   from the first call, or when a variable was assigned or a captured tensor disposed outside since
   */
  run(inputs: HostTensors): Promise<HostTensors>;
  /** Gives the tf.Variables the values of the runtime. */
  writeVariables(): void;
  /** Takes the values of the tf.Variables anew. */
  readVariables(): void;
  /** Frees sessions and values; the tf.Variables keep what they have. */
  dispose(): Promise<void>;
}

interface Session {
  readonly compiled: Compiled;
  readonly onnx: InferenceSession;
}

/** A variable's value in the runtime. */
interface Held {
  tensor: Tensor;
  /** What the variable held when it was last read or written. */
  seen: object;
}

class OnnxRunner implements Runner {
  readonly #sessions = new Recent<Promise<Session>>(mostSessions, (session) => {
    this.#queue.add(async () => (await session).onnx.release()).catch(() => undefined);
  });
  /** Two runs at once would start from the same values. */
  readonly #queue = new Queue();
  readonly #held = new Map<tf.Variable, Held>();
  readonly #program: TracedFunction;
  readonly #threads: number;
  readonly #provider = plainProvider();
  readonly #runtime: OnnxRuntime;
  #kinds: InputKinds | undefined;

  constructor(program: TracedFunction, threads: number) {
    this.#program = program;
    this.#threads = threads;
    this.#runtime = loadRuntime(this.#provider, threads);
  }

  async run(inputs: HostTensors): Promise<HostTensors> {
    this.#kinds = checkInputs(inputs, this.#kinds);
    const session = this.#session(inputs);
    return this.#queue.add(async () => this.#step(await session, inputs));
  }

  async #step({ compiled, onnx }: Session, inputs: HostTensors): Promise<HostTensors> {
    this.#checkOutside(compiled);
    const feeds: Record<string, Tensor> = Object.fromEntries(
      Object.entries(inputs).map(([name, { dtype, data, shape }]) => [
        name,
        new this.#runtime.Tensor(dtype, data as Float32Array<ArrayBuffer>, shape),
      ]),
    );
    for (const { variable, inputName } of compiled.state) {
      if (inputName !== undefined) feeds[inputName] = this.#value(variable).tensor;
    }
    const results: Record<string, Tensor> = await onnx.run(feeds).catch((error: unknown) => {
      throw runFailure(error, this.#provider);
    });
    for (const { variable, outputName } of compiled.state) {
      if (outputName === undefined) continue;
      this.#value(variable).tensor = results[outputName] as Tensor;
      Reflect.deleteProperty(results, outputName);
    }
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]): [string, HostTensor] => [
        name,
        {
          dtype: tensor.type === 'int32' ? 'int32' : 'float32',
          shape: tensor.dims,
          data:
            tensor.type === 'bool' ? Float32Array.from(tensor.data as Uint8Array) : (tensor.data as HostTensor['data']),
        },
      ]),
    );
  }

  #session(inputs: HostTensors): Promise<Session> {
    const signature = signatureOf(inputs);
    return this.#sessions.get(signature, () => {
      const session = this.#create(inputs);
      // A later call may find the memory that was missing.
      session.catch(() => {
        this.#sessions.delete(signature);
      });
      return session;
    });
  }

  #create(inputs: HostTensors): Promise<Session> {
    const compiled = compile(this.#program, { inputs, stateOrder: storedOrder, target: 'cpu' });
    const model = encodeOnnx(compiled.graph);
    const plan = { model, cpuNodes: [], replaces: [] };
    return this.#runtime.InferenceSession.create(
      model,
      sessionOptions({ provider: this.#provider, threads: this.#threads }, plan),
    ).then(
      (onnx) => ({ compiled, onnx }),
      (error: unknown) => {
        throw sessionFailure(error, this.#provider);
      },
    );
  }

  /** Anything that an eager run of the program would notice, and the graph would not. */
  #checkOutside({ captured, state }: Compiled): void {
    if (captured.some(({ isDisposed }) => isDisposed)) {
      throw fail({
        code: 'ENGINE_INPUT',
        what: 'A tensor whose values the graph holds as a constant was disposed since the program was compiled',
        advice: 'If its values changed, as a learning rate does, make them an input or a tf.Variable',
      });
    }
    for (const { variable } of state) {
      const { seen } = this.#value(variable);
      if (seen === variable.dataId) continue;
      throw fail({
        code: 'ENGINE_INPUT',
        what: `The variable '${variable.name}' was assigned outside the compiled program`,
        advice:
          'Call readVariables() to go on with the new values, or writeVariables() to go on with those of the runtime',
      });
    }
  }

  #value(variable: tf.Variable): Held {
    const known = this.#held.get(variable);
    if (known !== undefined) return known;
    const { dtype, shape, dataId } = variable;
    if (dtype !== 'float32' && dtype !== 'int32') {
      throw fail({
        code: 'ENGINE_UNSUPPORTED',
        what: `The variable '${variable.name}' cannot be kept in the runtime`,
        expected: 'float32 or int32',
        got: dtype,
      });
    }
    const { data, ...stored } = toStored({ dtype, shape, data: variable.dataSync<'float32' | 'int32'>() });
    const held: Held = {
      tensor: new this.#runtime.Tensor(dtype, data as Float32Array<ArrayBuffer>, stored.shape),
      seen: dataId,
    };
    this.#held.set(variable, held);
    return held;
  }

  writeVariables(): void {
    for (const [variable, held] of this.#held) {
      const { dtype, shape } = variable;
      const { data } = fromStored(held.tensor.data as HostTensor['data'], shape, dtype as HostTensor['dtype']);
      tf.tidy(() => {
        variable.assign(tf.tensor(data, shape, dtype));
      });
      held.seen = variable.dataId;
    }
  }

  readVariables(): void {
    this.#held.clear();
  }

  async dispose(): Promise<void> {
    this.#sessions.clear();
    await this.#queue.add(() => {
      this.#held.clear();
    });
  }
}

/**
 * Runs a program over tfjs-core as it is, tf.Variables included: what it reads from them and assigns to them stays in
 * ONNX Runtime between runs, starting with the values they have at the first run.
 * @param program called once per combination of input shapes, to be traced
 * @example
 * const runner = createRunner(({ x, y }) => ({ loss: optimizer.minimize(() => loss(model.apply(x), y), true) }));
 * for (const batch of batches) await runner.run(batch);
 * runner.writeVariables();
 */
export function createRunner(
  program: TracedFunction,
  { threads = availableParallelism() }: Pick<OnnxEngineOptions, 'threads'> = {},
): Runner {
  return new OnnxRunner(program, threads);
}
