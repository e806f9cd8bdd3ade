/** Ingest: the source's samples as a stream of descriptions. No pixels are read. */
import type { SourceItem } from '@foveate/contracts';
import { defer, from, mergeMap, type Observable } from 'rxjs';
import type { RunScope } from './run-scope.js';

/** Scans the source once per subscription. Errors are those of {@link SampleSource.scan}. */
export function ingest(run: Pick<RunScope, 'get'>): Observable<SourceItem> {
  return defer(() => run.get('source')).pipe(mergeMap((source) => from(source.scan())));
}
