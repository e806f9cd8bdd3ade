/** The bridge from pushed streams to `for await`, with a hard bound on what exists at once. */
import { from, Observable, Subject } from 'rxjs';
import type { ObservableInput } from 'rxjs';
import { mapOnDemand } from './map-on-demand.js';

/** How much {@link pull} does ahead. */
export interface PullOptions<R> {
  /** Results in existence at most, at least 1. */
  readonly limit: number;
  /** Of these, projections under way at most; default 1, for projections that may each use all cores. */
  readonly atOnce?: number;
  /** Told of each result that the consumer is through with; not of those that nobody came to see. */
  readonly release?: (result: R) => void;
}

/**
 * Projects items ahead of a consumer that pulls. Of the results, never more than `limit` exist at once: being
 * projected, waiting, or in the consumer's hands. A result counts as handed back when the consumer asks for the next
 * one. `limit` 1 therefore works strictly in turn, 2 prepares the next result while one is used.
 *
 * Every iteration is one subscription; leaving the loop (`break`, an exception, `return()`) unsubscribes.
 */
export function pull<T, R>(
  source: ObservableInput<T>,
  project: (item: T) => ObservableInput<R>,
  options: PullOptions<R>,
): AsyncIterable<R> {
  return { [Symbol.asyncIterator]: () => iterate(source, project, options) };
}

function iterate<T, R>(
  source: ObservableInput<T>,
  project: (item: T) => ObservableInput<R>,
  { limit, atOnce = 1, release }: PullOptions<R>,
): AsyncIterator<R> {
  const returned = new Subject<void>();
  // The first `limit` credits are there from the start, later ones are results handed back.
  const credits = new Observable<void>((subscriber) => {
    const subscription = returned.subscribe(subscriber);
    for (let credit = 0; credit < limit; credit++) subscriber.next();
    return subscription;
  });
  const ready: R[] = [];
  let ended: { readonly error?: unknown } | undefined;
  let wake: (() => void) | undefined;
  let inUse: { readonly result: R } | undefined;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  const subscription = from(source)
    .pipe(mapOnDemand(project, credits, atOnce))
    .subscribe({
      next: (result) => {
        ready.push(result);
        notify();
      },
      error: (error: unknown) => {
        ended = { error };
        notify();
      },
      complete: () => {
        ended = {};
        notify();
      },
    });

  return {
    async next() {
      if (inUse !== undefined) {
        release?.(inUse.result);
        inUse = undefined;
        returned.next();
      }
      while (ready.length === 0 && ended === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (ready.length > 0) {
        inUse = { result: ready.shift() as R };
        return { done: false, value: inUse.result };
      }
      if (ended !== undefined && 'error' in ended) {
        const { error } = ended;
        ended = {};
        throw error;
      }
      return { done: true, value: undefined };
    },
    return() {
      ready.length = 0;
      ended ??= {};
      subscription.unsubscribe();
      notify();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}
