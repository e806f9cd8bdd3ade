/** Sessions in a worker: this thread stays free while a step runs. */
import { createRequire } from 'node:module';
import { fail, type HostTensor, type HostTensors } from '@foveate/contracts';
import { Thread } from '@foveate/threads';
import { memoryOf, type HostOptions, type SessionHost, type SessionPlan } from './session-host.js';

/** Sends every call to a worker. */
export class WorkerHost implements SessionHost {
  readonly #thread: Thread<SessionHost>;

  constructor(options: HostOptions) {
    this.#thread = new Thread({
      file: createRequire(import.meta.url).resolve('#worker'),
      data: options,
      // A step or a compilation that is under way may take minutes.
      patience: Infinity,
      stopped: (cause) =>
        fail({
          code: 'ENGINE_UNAVAILABLE',
          what: "The engine's worker has stopped",
          got: cause.message,
          advice: 'Start again; if it happens again, leave the option worker out to see the error itself',
          cause,
        }),
    });
  }

  createSession(session: number, plan: SessionPlan): Promise<void> {
    return this.#thread.call('createSession', [session, plan]);
  }

  disposeSession(session: number): Promise<void> {
    return this.#thread.call('disposeSession', [session]);
  }

  writeState(state: number, values: HostTensors): Promise<void> {
    return this.#thread.call('writeState', [state, values], memoryOf(values));
  }

  disposeState(state: number): Promise<void> {
    return this.#thread.call('disposeState', [state]);
  }

  run(session: number, state: number, inputs: HostTensors): Promise<HostTensors> {
    // Handing over the caller's own arrays would leave it with empty ones.
    const copies = Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]): [string, HostTensor] => [
        name,
        { ...tensor, data: tensor.data.slice() },
      ]),
    );
    return this.#thread.call('run', [session, state, copies], memoryOf(copies));
  }

  async close(): Promise<void> {
    const closed = this.#thread.call('close', []);
    const ended = this.#thread.close(new Error('This engine was disposed.'));
    await closed;
    // It has nothing left to do; the runtime may keep it alive.
    await this.#thread.terminate();
    await ended;
  }
}
