/** What stands in the folder of a run that is to be done. */
import { writtenConfig, type RunConfig } from '@foveate/assembly';
import { missingResults, readRecord } from '@foveate/run-record/node';
import { requireSameConfig } from '@foveate/stages';

const advice = 'Write the results elsewhere with --out, or do such runs anew with --overwrite';

/** Nothing; a run that can be resumed; one that is complete. */
export type Standing = 'nothing' | 'begun' | 'complete';

/**
 * Looks at the folder of a run.
 * @throws FoveateError `RUN_INVALID` when the run there was made with another configuration, or is damaged
 */
export async function standingOf(folder: string, config: RunConfig): Promise<Standing> {
  const record = await readRecord(folder);
  if (record === null) return 'nothing';
  requireSameConfig(record.config, writtenConfig(config, ''), folder, { advice, withLength: true });
  const isWhole = record.status === 'completed' && (await missingResults(folder, record)).length === 0;
  return isWhole ? 'complete' : 'begun';
}
