/** Programs: traced once per input signature, run by a session each. */
import type { CompiledProgram, HostTensors, NamedTensors, Program } from '@foveate/contracts';
import { checkInputs, type InputKinds } from '@foveate/tensor';
import { encodeOnnx, trace, type InputSpec } from '@foveate/tracer';
import type { Provider } from './providers.js';
import { nextPrefix, statePrefix, type SessionHost, type SessionPlan } from './session-host.js';
import { stateOrder } from './state-layout.js';
import { webgpuFaults } from './webgpu-faults.js';

/** Element type and logical shape of a value. */
export type ValueSpec = Pick<InputSpec, 'dtype' | 'shape'>;

/** State as a program sees it. */
export interface ProgramState {
  readonly id: number;
  readonly specs: Readonly<Record<string, ValueSpec>>;
  /** Settles when the values are in the host. */
  readonly written: Promise<void>;
}

/** What a program runs on. */
export interface ProgramHost {
  readonly host: SessionHost;
  readonly provider: Provider;
  /** A number no other session has. */
  nextId(): number;
}

/** @throws FoveateError `ENGINE_UNSUPPORTED` naming what cannot be traced */
function plan(program: Program, state: ProgramState, inputs: HostTensors, provider: Provider): SessionPlan {
  const start = performance.now();
  const stateSpecs = Object.entries(state.specs).map(([name, spec]): [string, InputSpec] => [
    statePrefix + name,
    { ...spec, order: stateOrder(spec.shape) },
  ]);
  const specs: Record<string, InputSpec> = Object.fromEntries([
    ...Object.entries(inputs).map(([name, { dtype, shape }]): [string, InputSpec] => [name, { dtype, shape }]),
    ...stateSpecs,
  ]);
  const outputOrders = Object.fromEntries(
    Object.entries(state.specs).map(([name, { shape }]) => [nextPrefix + name, stateOrder(shape)]),
  );
  let replaces: readonly string[] = [];
  const graph = trace(
    (tensors) => {
      const pick = (names: readonly string[], prefix: string): NamedTensors =>
        Object.fromEntries(
          names.flatMap((name) => {
            const tensor = tensors[prefix + name];
            return tensor === undefined ? [] : [[name, tensor]];
          }),
        );
      const result = program(pick(Object.keys(inputs), ''), pick(Object.keys(state.specs), statePrefix));
      const next = Object.entries(result.state ?? {});
      replaces = next.map(([name]) => name);
      return { ...result.outputs, ...Object.fromEntries(next.map(([name, tensor]) => [nextPrefix + name, tensor])) };
    },
    { inputs: specs, outputOrders },
  );
  const model = encodeOnnx(graph);
  performance.measure('foveate:trace', { start });
  return { model, cpuNodes: provider === 'webgpu' ? webgpuFaults(graph) : [], replaces };
}

/** A program with its sessions. */
export class OnnxProgram implements CompiledProgram {
  readonly #sessions = new Map<string, { readonly id: number; readonly created: Promise<void> }>();
  readonly #program: Program;
  readonly #state: ProgramState;
  readonly #on: ProgramHost;
  #kinds: InputKinds | undefined;

  constructor(program: Program, state: ProgramState, on: ProgramHost) {
    this.#program = program;
    this.#state = state;
    this.#on = on;
  }

  async run(inputs: HostTensors): Promise<HostTensors> {
    this.#kinds = checkInputs(inputs, this.#kinds);
    const { id, created } = this.#session(inputs);
    await Promise.all([created, this.#state.written]);
    return this.#on.host.run(id, this.#state.id, inputs);
  }

  /** The session for inputs of these shapes. */
  #session(inputs: HostTensors): { readonly id: number; readonly created: Promise<void> } {
    const signature = Object.entries(inputs)
      .map(([name, { shape }]) => `${name}:${shape.join()}`)
      .sort()
      .join(';');
    const known = this.#sessions.get(signature);
    if (known !== undefined) return known;
    const { host, provider, nextId } = this.#on;
    const id = nextId();
    const session = { id, created: host.createSession(id, plan(this.#program, this.#state, inputs, provider)) };
    this.#sessions.set(signature, session);
    // A later call may find the memory that was missing.
    session.created.catch(() => this.#sessions.delete(signature));
    return session;
  }

  dispose(): void {
    for (const { id } of this.#sessions.values()) this.#on.host.disposeSession(id).catch(() => undefined);
    this.#sessions.clear();
  }
}
