/** A finished run opened again, to measure it anew. */
import { readConfig, type ConfigSetting, type RunConfig } from '@foveate/assembly';
import { usualDecision, type Decision, type Measures, type RunRecord, type SplitName } from '@foveate/contracts';
import {
  lockFolder,
  missingResults,
  readRunRecord,
  readSampleRecords,
  refuseLinksOut,
  runFiles,
} from '@foveate/run-record/node';
import {
  batchesOf,
  buildNetwork,
  checkLock,
  measureSplit,
  recordedData,
  RunScope,
  writePredictions,
} from '@foveate/stages';
import type { Evaluator, Measured, Network } from '@foveate/stages';
import { checkpointPath, loadModelState } from '@foveate/trainer';
import { join } from 'node:path';

/** Figures of a run's best checkpoint on one split. */
export interface Evaluation {
  readonly folder: string;
  readonly name: string;
  readonly split: SplitName;
  /** Epoch the checkpoint stems from. */
  readonly epoch: number | null;
  readonly measures: Measures;
  /** Differences from the lock of the data, where the configuration only wants to be warned of them. */
  readonly warnings: readonly string[];
}

/** A finished run with all that is needed to use it. */
export interface TrainedRun {
  readonly config: RunConfig;
  readonly record: RunRecord;
  readonly scope: RunScope;
  readonly network: Network;
  readonly evaluator: Evaluator;
  /** What is made of scores. */
  readonly decision: Decision;
}

/** Opens a run folder, works with it and releases its engine. @throws FoveateError `PATH_MISSING`, `RUN_INVALID` */
export async function withTrainedRun<T>(
  folder: string,
  setting: ConfigSetting,
  signal: AbortSignal,
  work: (run: TrainedRun) => Promise<T>,
): Promise<T> {
  const record = await readRunRecord(folder);
  refuseLinksOut(folder);
  const config = await readConfig(join(folder, runFiles.config), [], setting);
  const scope = await RunScope.open(config, setting.registry, { signal, cacheFolder: folder });
  try {
    const network = await buildNetwork(config, scope.services);
    scope.onClose(() => network.engine.dispose());
    const variables = await loadModelState(checkpointPath(folder, 'best'), network.model);
    const decision = record.decision ?? usualDecision;
    const { temperature } = decision;
    const evaluator = { ...network, variables, signal, ...(temperature === undefined ? {} : { temperature }) };
    return await work({ config, record, scope, network, evaluator, decision });
  } finally {
    await scope.close();
  }
}

/**
 * Measures the best checkpoint of a run again, on the samples the run was made with, which must still be those of the lock,
 * if the data has one. A complete run that lost its predictions gets them again.
 * @throws FoveateError `PATH_MISSING`, `RUN_INVALID`, `DATA_INVALID`, `OUTPUT_UNWRITABLE`; `RUN_LOCKED` when predictions are to
 *   be written and another process writes into the folder
 */
export function evaluateRun(
  folder: string,
  split: SplitName,
  setting: ConfigSetting,
  signal: AbortSignal,
): Promise<Evaluation> {
  return withTrainedRun(folder, setting, signal, async ({ config, record, scope, network, evaluator, decision }) => {
    const data = await recordedData(scope, await readSampleRecords(folder));
    const source = await scope.get('source');
    const warnings = await checkLock(config, data.samples, { source, groups: false });
    const feed = batchesOf(data, scope);
    const measured = (part: SplitName) => measureSplit({ evaluator, feed, metrics: network.metrics, decision }, part);
    const { measures } = await measured(split);
    const lost = record.test !== null && (await missingResults(folder, record)).includes(runFiles.predictions);
    if (lost) await restorePredictions(folder, measured);
    const restored = lost ? [`${runFiles.predictions} was missing and is written again.`] : [];
    return {
      folder,
      name: record.name,
      split,
      epoch: record.bestEpoch,
      measures,
      warnings: [...warnings, ...restored],
    };
  });
}

async function restorePredictions(folder: string, measured: (split: SplitName) => Promise<Measured>): Promise<void> {
  const lock = await lockFolder(folder, 'evaluate');
  try {
    await writePredictions(folder, [await measured('validation'), await measured('test')]);
  } finally {
    await lock.release();
  }
}
