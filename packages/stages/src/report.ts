/** Report: the page of a run, from what stands in its folder. */
import { join } from 'node:path';
import type { RunEvent } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import { writeAtomically } from '@foveate/contracts/node';
import { loadRun, renderReport } from '@foveate/report';
import { defer, mergeAll } from 'rxjs';
import type { Observable } from 'rxjs';

/**
 * Writes `<folder>/report.html`.
 * @param record what is to stand there of the run, which run.json may not say yet
 */
export function report(folder: string, record: RunRecord): Observable<RunEvent> {
  return defer(async () => {
    const path = join(folder, 'report.html');
    await writeAtomically(path, renderReport([{ ...(await loadRun(folder)), record }]));
    return [{ type: 'report' as const, path }];
  }).pipe(mergeAll());
}
