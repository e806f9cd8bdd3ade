/** The end of a thread that asks for the work. */
import { types } from 'node:util';
import { Worker } from 'node:worker_threads';
import { unpackError } from '@foveate/contracts';
import type { Answer, Call, Request } from './messages.js';

/** What a thread is started with. */
export interface ThreadOptions {
  /** Path of the module that calls {@link serve}. */
  readonly file: string;
  /** What it is given; plain data. */
  readonly data: unknown;
  /** The error of calls that cannot be answered because the thread has stopped by itself. */
  readonly stopped: (cause: Error) => Error;
  /** How long {@link Thread.close} waits for the thread to end by itself, in milliseconds; Infinity: however long. Default 5000. */
  readonly patience?: number;
}

type Method = (...args: never[]) => Promise<unknown>;
/** Names of the methods that can be called. */
type MethodOf<T> = { [K in keyof T]: T[K] extends Method ? K : never }[keyof T] & string;
type Arguments<M> = M extends (...args: infer A) => Promise<unknown> ? A : never;
type Result<M> = M extends (...args: never[]) => Promise<infer R> ? R : never;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A worker in which the methods of a `T` are called. It keeps the process alive only while it owes an answer. */
export class Thread<T> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  readonly #patience: number;
  #calls = 0;
  #stopped: Error | undefined;

  constructor({ file, data, stopped, patience = 5000 }: ThreadOptions) {
    this.#patience = patience;
    const stop = (cause: unknown) => {
      this.#stopped ??= stopped(types.isNativeError(cause) ? cause : new Error(String(cause)));
      for (const waiting of this.#waiting.values()) waiting.reject(this.#stopped);
      this.#waiting.clear();
    };
    // Flags of this process, say those of a test runner, are not for the worker.
    this.#worker = new Worker(file, { workerData: data, execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', stop);
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        stop(new Error(`exit code ${code}`));
        resolve();
      });
    });
  }

  /** Calls that have not been answered. */
  get pending(): number {
    return this.#waiting.size;
  }

  /**
   * What the method returns.
   * @param transfer memory that is handed over instead of copied
   * @throws what the method throws, FoveateErrors as they were; {@link ThreadOptions.stopped} when the thread has stopped;
   *   DataCloneError when an argument or the result cannot be sent
   */
  call<M extends MethodOf<T>>(
    method: M,
    args: Arguments<T[M]>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Result<T[M]>> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    const id = this.#calls++;
    return new Promise<unknown>((resolve, reject) => {
      const call: Call = { id, method, args };
      // First, as it throws when something cannot be sent; the answer comes later than this function ends.
      this.#worker.postMessage(call, transfer);
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
    }) as Promise<Result<T[M]>>;
  }

  /**
   * Ends the thread once it has done what it was asked to; what takes longer than {@link ThreadOptions.patience} is cut short.
   * @param reason error of calls that come later
   */
  async close(reason: Error = new Error('This thread was ended.')): Promise<void> {
    this.#stopped ??= reason;
    this.#worker.ref();
    this.#worker.postMessage('end' satisfies Request);
    const timer = Number.isFinite(this.#patience)
      ? setTimeout(() => void this.#worker.terminate(), this.#patience)
      : undefined;
    await this.#ended;
    clearTimeout(timer);
  }

  /** Ends the thread at once, whatever it does. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in answer) waiting?.reject(unpackError(answer.error));
    else waiting?.resolve(answer.value);
  }
}
