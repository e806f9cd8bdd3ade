/** Programs: traced once per input signature, run by a session each. */
import type { CompiledProgram, HostTensors, Program, ProgramOptions } from '@foveate/contracts';
import { checkInputs, type InputKinds } from '@foveate/tensor';
import { plan, type ProgramState } from './plan.js';
import type { Provider } from './providers.js';
import { Recent } from './recent.js';
import type { SessionHost } from './session-host.js';

/** What a program runs on. */
export interface ProgramHost {
  readonly host: SessionHost;
  readonly provider: Provider;
  /** A number no other session has. */
  nextId(): number;
}

/**
 * Sessions a program keeps: whole and last batch in training, the same of another size in between, and one to spare. Each
 * holds the memory of a step, up to gigabytes.
 */
export const mostSessions = 4;

/** By shapes: which session inputs need. */
export function signatureOf(inputs: HostTensors): string {
  return Object.entries(inputs)
    .map(([name, { shape }]) => `${name}:${shape.join()}`)
    .sort()
    .join(';');
}

interface Session {
  readonly id: number;
  readonly created: Promise<void>;
}

/** A program with its sessions. */
export class OnnxProgram implements CompiledProgram {
  readonly #sessions = new Recent<Session>(mostSessions, ({ id }) => {
    this.#on.host.disposeSession(id).catch(() => undefined);
  });
  readonly #program: Program;
  readonly #state: ProgramState;
  readonly #on: ProgramHost;
  readonly #options: ProgramOptions;
  #kinds: InputKinds | undefined;

  constructor(program: Program, state: ProgramState, on: ProgramHost, options: ProgramOptions = {}) {
    this.#program = program;
    this.#state = state;
    this.#on = on;
    this.#options = options;
  }

  async run(inputs: HostTensors): Promise<HostTensors> {
    this.#kinds = checkInputs(inputs, this.#kinds);
    const { id, created } = this.#session(inputs);
    const run = this.#on.host.run(id, this.#state.id, inputs);
    // Calls take effect in their order: what failed first is what there is to say.
    const [, , outputs] = await Promise.all([created, this.#state.written, run]);
    return outputs;
  }

  /** The session for inputs of these shapes. */
  #session(inputs: HostTensors): Session {
    const signature = signatureOf(inputs);
    return this.#sessions.get(signature, () => {
      const { host, provider, nextId } = this.#on;
      const id = nextId();
      const planned = plan(this.#program, this.#state, inputs, { provider, ...this.#options });
      const created = host.createSession(id, planned);
      // A later call may find the memory that was missing.
      created.catch(() => {
        this.#sessions.delete(signature);
      });
      return { id, created };
    });
  }

  dispose(): void {
    this.#sessions.clear();
  }
}
