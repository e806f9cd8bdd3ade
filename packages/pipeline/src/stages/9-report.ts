/** Report: the page of a run, from what stands in its folder. */
import { join } from 'node:path';
import type { RunEvent } from '@foveate/contracts';
import { writeAtomically } from '@foveate/contracts';
import { loadRun, renderReport } from '@foveate/report';
import { defer, mergeAll } from 'rxjs';
import type { Observable } from 'rxjs';

/** Writes `<folder>/report.html`. */
export function report(folder: string): Observable<RunEvent> {
  return defer(async () => {
    const path = join(folder, 'report.html');
    await writeAtomically(path, renderReport([await loadRun(folder)]));
    return [{ type: 'report' as const, path }];
  }).pipe(mergeAll());
}
