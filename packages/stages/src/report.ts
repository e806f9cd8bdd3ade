/** Report: the page of a run, from what stands in its folder. */
import { writeAtomically } from '@foveate/contracts/node';
import { loadRun, renderReport } from '@foveate/report';
import { runFiles } from '@foveate/run-record/node';
import { join } from 'node:path';
import type { OperatorFunction } from 'rxjs';
import type { RunScope } from './run-scope.js';
import { onTrained, type TrainedModel } from './train.js';

/**
 * Writes `report.html`. Complete is what has everything: the page is written before the record says so, and shows the run as
 * it will be. Does nothing in a run that keeps no record.
 */
export function report(run: RunScope): OperatorFunction<TrainedModel, TrainedModel> {
  return onTrained(run, async () => {
    const record = run.keeper?.record();
    if (record === undefined || run.folder === undefined) return;
    const path = join(run.folder, runFiles.report);
    const loaded = await loadRun(run.folder);
    await writeAtomically(path, renderReport([{ ...loaded, record: { ...record, status: 'completed' } }]));
    run.emit({ type: 'report', path });
  });
}
