/** Sessions in a worker: this thread stays free while a step runs. */
import { fail, unpackError, type HostTensor, type HostTensors } from '@foveate/contracts';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { HostOptions, SessionHost, SessionPlan } from './session-host.js';
import { memoryOf, type Answer, type Call } from './worker-messages.js';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Sends every call to a worker. The worker keeps the process alive only while it owes an answer. */
export class WorkerHost implements SessionHost {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #stopped: Error | undefined;

  constructor(options: HostOptions) {
    // Flags of this process, say those of a test runner, are not for the worker.
    const file = createRequire(import.meta.url).resolve('#worker');
    this.#worker = new Worker(file, { workerData: options, execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', (cause) => this.#stop(cause));
    this.#worker.on('exit', (code) => this.#stop(new Error(`exit code ${code}`)));
  }

  createSession(session: number, plan: SessionPlan): Promise<void> {
    return this.#call({ method: 'createSession', args: [session, plan] }) as Promise<void>;
  }

  disposeSession(session: number): Promise<void> {
    return this.#call({ method: 'disposeSession', args: [session] }) as Promise<void>;
  }

  writeState(state: number, values: HostTensors): Promise<void> {
    return this.#call({ method: 'writeState', args: [state, values] }, memoryOf(values)) as Promise<void>;
  }

  disposeState(state: number): Promise<void> {
    return this.#call({ method: 'disposeState', args: [state] }) as Promise<void>;
  }

  run(session: number, state: number, inputs: HostTensors): Promise<HostTensors> {
    // Handing over the caller's own arrays would leave it with empty ones.
    const copies = Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]): [string, HostTensor] => [
        name,
        { ...tensor, data: tensor.data.slice() },
      ]),
    );
    return this.#call({ method: 'run', args: [session, state, copies] }, memoryOf(copies)) as Promise<HostTensors>;
  }

  async close(): Promise<void> {
    const closed = this.#call({ method: 'close', args: [] });
    this.#stopped = new Error('This engine was disposed.');
    await closed;
    await this.#worker.terminate();
  }

  #call(call: Omit<Call, 'id'>, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, ...call }, transfer);
    });
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in answer) waiting?.reject(unpackError(answer.error));
    else waiting?.resolve(answer.value);
  }

  #stop(cause: Error): void {
    this.#stopped ??= fail({
      code: 'ENGINE_UNAVAILABLE',
      what: "The engine's worker has stopped",
      got: cause.message,
      advice: 'Start again; if it happens again, leave the option worker out to see the error itself',
      cause,
    });
    for (const waiting of this.#waiting.values()) waiting.reject(this.#stopped);
    this.#waiting.clear();
  }
}
