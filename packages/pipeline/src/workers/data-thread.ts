/** One worker as the run's thread sees it. */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { fail, unpackError } from '@foveate/contracts';
import type { Answer, Call, WorkerSetup } from './messages.js';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Longest wait for a worker to end by itself, in milliseconds. */
const patience = 5000;

/** Sends calls to a worker. The worker keeps the process alive only while it owes an answer. */
export class DataThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #calls = 0;
  #stopped: Error | undefined;

  constructor(setup: WorkerSetup) {
    // Flags of this process, say those of a test runner, are not for the worker.
    const file = createRequire(import.meta.url).resolve('#worker');
    this.#worker = new Worker(file, { workerData: setup, execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => {
      this.#settle(answer);
    });
    this.#worker.on('error', (cause) => {
      this.#stop(cause);
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#stop(new Error(`exit code ${String(code)}`));
        resolve();
      });
    });
  }

  /** Calls that have not been answered. */
  get owed(): number {
    return this.#waiting.size;
  }

  /**
   * What the worker answers.
   * @param transfer memory that is handed over instead of copied
   * @throws FoveateError what the worker's plugins threw; `DATA_WORKER_STOPPED` when it has ended before its time
   */
  call<T>(call: Omit<Call, 'id'>, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    const id = this.#calls++;
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, ...call }, transfer);
    }) as Promise<T>;
  }

  /** Ends the worker once it has done what it was asked to; nobody is told the results. */
  async close(): Promise<void> {
    this.#stopped ??= new Error('This worker was ended.');
    this.#worker.ref();
    this.#worker.postMessage('end');
    const timer = setTimeout(() => void this.#worker.terminate(), patience);
    await this.#ended;
    clearTimeout(timer);
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
      code: 'DATA_WORKER_STOPPED',
      what: 'A worker that prepares data has stopped',
      got: cause.message,
      advice: 'Start again; with data.workers=0 the data is prepared without workers, which shows the error itself',
      cause,
    });
    for (const waiting of this.#waiting.values()) waiting.reject(this.#stopped);
    this.#waiting.clear();
  }
}
