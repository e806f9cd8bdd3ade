/** RxJS pushes as fast as it can; this operator lets the consumer decide. */
import { concatMap, zip } from 'rxjs';
import type { Observable, ObservableInput, OperatorFunction } from 'rxjs';

/**
 * Starts `project` for the next item only when a credit arrives; results keep the order of the items. What waits for a
 * credit is the item itself, which therefore has to be small (ids, not pixels). Projections follow one another: each may
 * use all cores. Completes after the last item; an error, of the source or of a projection, passes at once; unsubscribing
 * stops the source, the projection under way and the wait for credits.
 */
export function mapOnDemand<T, R>(
  project: (item: T) => ObservableInput<R>,
  credits: Observable<unknown>,
): OperatorFunction<T, R> {
  return (source) => zip(source, credits).pipe(concatMap(([item]) => project(item)));
}
