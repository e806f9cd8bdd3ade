/**
 * Where sessions and the state they share live: in this thread or in a worker. States and sessions are known by numbers
 * and values are plain, so that every call can be sent as a message. Calls take effect in the order they are made.
 */
import type { HostTensors } from '@foveate/contracts';
import type { Provider } from './providers.js';

/** Graph inputs that hold state. */
export const statePrefix = 'state:';

/** Graph outputs that hold the state after the step. */
export const nextPrefix = 'next:';

/** What a host needs to know when it starts. */
export interface HostOptions {
  readonly provider: Provider;
  readonly threads: number;
}

/** A traced program. */
export interface SessionPlan {
  /** ONNX bytes. */
  readonly model: Uint8Array;
  /** Names of nodes that the provider would take and cannot run; the CPU runs them. */
  readonly cpuNodes: readonly string[];
  /** Names of the state values that the program replaces. */
  readonly replaces: readonly string[];
  /** A state whose values are constants of the model, which the host adds to it; it is then no input of the graph. */
  readonly constantState?: number;
}

/** Runs sessions. All values are in the graph's own axis order. */
export interface SessionHost {
  /**
   * @throws FoveateError `ENGINE_UNSUPPORTED` naming the line whose operation the runtime lacks, `ENGINE_UNAVAILABLE` when
   *   the provider cannot be started, `ENGINE_OUT_OF_MEMORY`
   */
  createSession(session: number, plan: SessionPlan): Promise<void>;
  disposeSession(session: number): Promise<void>;
  /** Puts values into a state, which begins to exist with the first ones. The host owns `values` from then on. */
  writeState(state: number, values: HostTensors): Promise<void>;
  disposeState(state: number): Promise<void>;
  /**
   * One run, which replaces the state only when it succeeds.
   * @throws FoveateError `ENGINE_OUT_OF_MEMORY`
   */
  run(session: number, state: number, inputs: HostTensors): Promise<HostTensors>;
  /** Releases everything; no call may follow. */
  close(): Promise<void>;
}

/** The memory of tensors, to be handed over instead of copied. */
export function memoryOf(tensors: HostTensors): ArrayBuffer[] {
  return [...new Set(Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer))];
}
