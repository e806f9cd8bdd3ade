/**
 * Programs as ONNX graphs on ONNX Runtime. The only importer of onnxruntime-node. A program is traced once per input
 * signature; its state lives in runtime tensors that one step hands to the next.
 */
import { availableParallelism } from 'node:os';
import {
  fail,
  type CompiledProgram,
  type Engine,
  type EngineState,
  type HostTensor,
  type HostTensors,
  type Program,
} from '@foveate/contracts';
import { checkInputs, type InputKinds } from '@foveate/tensor';
import { encodeOnnx, trace, type InputSpec } from '@foveate/tracer';
import * as ort from 'onnxruntime-node';
import { fromStored, stateOrder, toStored } from './state-layout.js';

/** Settings of {@link onnxEngine}. */
export interface OnnxEngineOptions {
  /** Threads of one step, 1 or more; the number of processors when left out. */
  readonly threads?: number;
}

/** Graph inputs that hold state, and graph outputs that hold the state after the step. */
const statePrefix = 'state:';
const nextPrefix = 'next:';

class OnnxState implements EngineState {
  tensors: Record<string, ort.Tensor> = {};
  readonly specs: Readonly<Record<string, InputSpec>>;

  constructor(values: HostTensors) {
    this.specs = Object.fromEntries(
      Object.entries(values).map(([name, { dtype, shape }]) => [name, { dtype, shape, order: stateOrder(shape) }]),
    );
    for (const [name, value] of Object.entries(values)) this.#store(name, value);
  }

  #store(name: string, value: HostTensor): void {
    const spec = this.#spec(name);
    if (value.dtype !== spec.dtype || value.shape.join() !== spec.shape.join()) {
      throw fail({
        code: 'ENGINE_INPUT',
        what: `State value '${name}' does not fit`,
        expected: `${spec.dtype} [${spec.shape.join(', ')}]`,
        got: `${value.dtype} [${value.shape.join(', ')}]`,
      });
    }
    const stored = toStored(value);
    this.tensors[name] = new ort.Tensor(value.dtype, stored.data as Float32Array<ArrayBuffer>, stored.shape);
  }

  #spec(name: string): InputSpec {
    const spec = this.specs[name];
    if (spec === undefined) throw fail({ code: 'ENGINE_INPUT', what: `The state has no value '${name}'` });
    return spec;
  }

  read(names: readonly string[] = Object.keys(this.specs)): Promise<HostTensors> {
    return Promise.resolve(
      Object.fromEntries(
        names.map((name) => {
          const { shape, dtype } = this.#spec(name);
          return [
            name,
            fromStored((this.tensors[name] as ort.Tensor).data as Float32Array, shape, dtype as HostTensor['dtype']),
          ];
        }),
      ),
    );
  }

  write(values: HostTensors): Promise<void> {
    for (const [name, value] of Object.entries(values)) this.#store(name, value);
    return Promise.resolve();
  }

  dispose(): void {
    this.tensors = {};
  }
}

function specialise(
  program: Program,
  state: OnnxState,
  inputs: HostTensors,
  threads: number,
): Promise<ort.InferenceSession> {
  const specs: Record<string, InputSpec> = Object.fromEntries([
    ...Object.entries(inputs).map(([name, { dtype, shape }]) => [name, { dtype, shape }] as const),
    ...Object.entries(state.specs).map(([name, spec]) => [statePrefix + name, spec] as const),
  ]);
  const outputOrders = Object.fromEntries(
    Object.entries(state.specs).map(([name, { order }]) => [nextPrefix + name, order ?? []]),
  );
  const graph = trace(
    (tensors) => {
      const split = Object.entries(tensors);
      const result = program(
        Object.fromEntries(split.filter(([name]) => !name.startsWith(statePrefix))),
        Object.fromEntries(
          split.flatMap(([name, tensor]) =>
            name.startsWith(statePrefix) ? [[name.slice(statePrefix.length), tensor]] : [],
          ),
        ),
      );
      const next = Object.entries(result.state ?? {}).map(([name, tensor]) => [nextPrefix + name, tensor] as const);
      return { ...result.outputs, ...Object.fromEntries(next) };
    },
    { inputs: specs, outputOrders },
  );
  return ort.InferenceSession.create(encodeOnnx(graph), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
}

class OnnxProgram implements CompiledProgram {
  readonly #specialisations = new Map<string, Promise<ort.InferenceSession>>();
  readonly #program: Program;
  readonly #state: OnnxState;
  readonly #threads: number;
  #kinds: InputKinds | undefined;

  constructor(program: Program, state: OnnxState, threads: number) {
    this.#program = program;
    this.#state = state;
    this.#threads = threads;
  }

  async run(inputs: HostTensors): Promise<HostTensors> {
    this.#kinds = checkInputs(inputs, this.#kinds);
    const signature = Object.entries(inputs)
      .map(([name, { shape }]) => `${name}:${shape.join()}`)
      .sort()
      .join(';');
    let specialisation = this.#specialisations.get(signature);
    if (specialisation === undefined) {
      specialisation = specialise(this.#program, this.#state, inputs, this.#threads);
      this.#specialisations.set(signature, specialisation);
    }
    const session = await specialisation;
    // Inputs a program does not use are still inputs of its graph.
    const feeds: Record<string, ort.Tensor> = Object.fromEntries(
      Object.entries(this.#state.tensors).map(([name, tensor]) => [statePrefix + name, tensor]),
    );
    for (const [name, { dtype, data, shape }] of Object.entries(inputs)) {
      feeds[name] = new ort.Tensor(dtype, data as Float32Array<ArrayBuffer>, shape);
    }
    const results = await session.run(feeds);
    const outputs: Record<string, HostTensor> = {};
    for (const [name, tensor] of Object.entries(results)) {
      if (name.startsWith(nextPrefix)) this.#state.tensors[name.slice(nextPrefix.length)] = tensor;
      else
        outputs[name] = {
          dtype: tensor.type === 'int32' ? 'int32' : 'float32',
          shape: tensor.dims,
          data: hostData(tensor),
        };
    }
    return outputs;
  }

  dispose(): void {
    for (const specialisation of this.#specialisations.values()) {
      void specialisation.then((session) => session.release());
    }
    this.#specialisations.clear();
  }
}

function hostData(tensor: ort.Tensor): Float32Array | Int32Array {
  return tensor.type === 'bool'
    ? Float32Array.from(tensor.data as Uint8Array)
    : (tensor.data as Float32Array | Int32Array);
}

/** An engine on ONNX Runtime. */
export function onnxEngine({ threads = availableParallelism() }: OnnxEngineOptions = {}): Engine {
  const programs = new Set<OnnxProgram>();
  const version = ort.env.versions.node ?? ort.env.versions.common;
  return {
    info: {
      description: `ONNX Runtime ${version}, cpu, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      versions: { 'onnxruntime-node': version },
    },
    createState: (values) => new OnnxState(values),
    compile: (program, state) => {
      const compiled = new OnnxProgram(program, state as OnnxState, threads);
      programs.add(compiled);
      return compiled;
    },
    dispose: () => {
      for (const program of programs) program.dispose();
      programs.clear();
    },
  };
}
