/** RxJS pushes as fast as it can; this operator lets the consumer decide. */
import { defer, from, map, mergeMap, toArray, zip } from 'rxjs';
import type { Observable, ObservableInput, OperatorFunction } from 'rxjs';

/**
 * Starts `project` for the next item only when a credit arrives; results keep the order of the items. What waits for a
 * credit is the item itself, which therefore has to be small (ids, not pixels). Completes after the last item; an error,
 * of the source or of a projection, passes at once; unsubscribing stops the source, the projections under way and the
 * wait for credits.
 * @param atOnce projections under way at most; where each may use all cores, 1
 */
export function mapOnDemand<T, R>(
  project: (item: T) => ObservableInput<R>,
  credits: Observable<unknown>,
  atOnce = 1,
): OperatorFunction<T, R> {
  return (source) =>
    zip(source, credits).pipe(
      mergeMap(
        ([item], index) => from(project(item)).pipe(toArray(), map((results) => ({ index, results }))), // prettier-ignore
        atOnce,
      ),
      inOrder(),
    );
}

/** Holds results back until all those before them have come. */
function inOrder<R>(): OperatorFunction<{ readonly index: number; readonly results: readonly R[] }, R> {
  return (source) =>
    defer(() => {
      const early = new Map<number, readonly R[]>();
      let next = 0;
      return source.pipe(
        mergeMap(({ index, results }) => {
          early.set(index, results);
          const ready: R[] = [];
          for (let due = early.get(next); due !== undefined; due = early.get(++next)) {
            early.delete(next);
            ready.push(...due);
          }
          return ready;
        }),
      );
    });
}
