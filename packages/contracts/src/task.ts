/** Long work, one convention: a stream of events that ends with the result, and that can be awaited for it. */
import { filter, firstValueFrom, map, Observable } from 'rxjs';

/** How far a task has come. */
export interface TaskProgress {
  readonly type: 'progress';
  /** What is counted, such as `labelled` or `hashed`. */
  readonly what: string;
  readonly done: number;
  /** Undefined where nobody knows how many there will be. */
  readonly total: number | undefined;
}

/** The last event of a task. */
export interface TaskResult<Result> {
  readonly type: 'result';
  readonly result: Result;
}

/** What a task tells. */
export type TaskEvent<Result> = TaskProgress | TaskResult<Result>;

/** How a task can be stopped, besides by unsubscribing. */
export interface TaskOptions {
  /** Aborted: the task ends after the work at hand, nothing half-written, and fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What the work of a task is given. */
export interface TaskContext {
  /** Aborted when the task's own signal is, and when nobody is subscribed any more. */
  readonly signal: AbortSignal;
  /** Tells how far it has come. */
  progress(what: string, done: number, total?: number): void;
}

/**
 * A task: nothing happens before it is subscribed to or awaited, each subscription does the work anew, unsubscribing cancels it
 * and releases everything. `await task` subscribes and gives the result.
 */
export class Task<Result> extends Observable<TaskEvent<Result>> implements PromiseLike<Result> {
  /** The result, once. */
  then<A = Result, B = never>(
    onFulfilled?: ((result: Result) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(onFulfilled, onRejected);
  }

  /** The result as a promise. */
  result(): Promise<Result> {
    return firstValueFrom(
      this.pipe(
        filter((event) => event.type === 'result'),
        map(({ result }) => result),
      ),
    );
  }
}

/** A task that does this work. */
export function task<Result>(
  work: (context: TaskContext) => Promise<Result>,
  { signal }: TaskOptions = {},
): Task<Result> {
  return new Task((subscriber) => {
    const unsubscribed = new AbortController();
    const either = signal === undefined ? unsubscribed.signal : AbortSignal.any([signal, unsubscribed.signal]);
    const progress: TaskContext['progress'] = (what, done, total) =>
      subscriber.next({ type: 'progress', what, done, total });
    Promise.resolve()
      .then(() => {
        either.throwIfAborted();
        return work({ signal: either, progress });
      })
      .then(
        (result) => {
          subscriber.next({ type: 'result', result });
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error),
      );
    return () => unsubscribed.abort();
  });
}

/** What comes out of a stream, until the signal is aborted: then its reason is the error, and the stream is left. */
export function abortable<T>(source: Observable<T>, signal: AbortSignal): Observable<T> {
  return new Observable((subscriber) => {
    const abort = () => subscriber.error(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    subscriber.add(() => signal.removeEventListener('abort', abort));
    subscriber.add(source.subscribe(subscriber));
  });
}
