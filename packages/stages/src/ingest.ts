/** Ingest: the source's samples as a stream of descriptions. No pixels are read. */
import type { SampleSource, SourceItem } from '@foveate/contracts';
import { defer, from } from 'rxjs';
import type { Observable } from 'rxjs';

/** Scans the source once per subscription. Errors are those of {@link SampleSource.scan}. */
export function ingest(source: SampleSource): Observable<SourceItem> {
  return defer(() => from(source.scan()));
}
