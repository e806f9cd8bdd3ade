/** An experiment from plan to report. */
import { readdir, rm } from 'node:fs/promises';
import { stringify } from 'yaml';
import { join } from 'node:path';
import type { ConfigReader } from '@foveate/assembly';
import { messageOf } from '@foveate/contracts';
import { makeFolder, writeAtomically } from '@foveate/contracts/node';
import { task, type Task, type TaskContext, type TaskOptions } from '@foveate/contracts/task';
import { experimentFigures, renderExperiment, type ExampleRuns, type ExperimentResult } from '@foveate/report';
import { lockFolder } from '@foveate/run-record/node';
import { wilsonInterval } from '@foveate/statistics';
import type { AuditKind } from './audit-file.js';
import { comparableRuns } from './comparable.js';
import { compareRuns } from './compare.js';
import { examplesOf } from './examples.js';
import { finishedRun, type FinishedRun } from './finished-run.js';
import { flipMeasures, imageMeasures } from './measures.js';
import { commonConfigFile, commonConfigText, planRuns, runName, type PlannedRun } from './plan.js';
import type { ReadExperiment } from './read-experiment.js';
import { runAll, type FailedRun, type RunReport, type Workers } from './run-all.js';
import { standingOf } from './standing.js';
import { tableFiles } from './tables.js';

/** How an experiment is done. */
export interface ExperimentOptions {
  /** Where runs, report, tables and results are written. */
  readonly folder: string;
  readonly workers: Workers;
  /** Runs at a time; default 1. */
  readonly jobs?: number;
  /** `a.b=c` texts for all runs. */
  readonly overrides?: readonly string[];
  /** Runs made with another configuration are done anew instead of refused. */
  readonly overwrite?: boolean;
  /** Only the report of what is there; nothing is trained. */
  readonly reportOnly?: boolean;
  /** Is told what becomes of each run. */
  readonly tell?: (report: RunReport) => void;
}

/** What came out of an experiment, and where it was written. */
export interface ExperimentOutcome {
  readonly result: ExperimentResult;
  /** Paths, of which the first is the page. */
  readonly files: readonly string[];
  readonly failed: readonly FailedRun[];
}

/**
 * Runs an experiment, or what is missing of it, and writes its report: `report.html`, `results.csv`, `pairs.csv`,
 * `tables/` and `figures/`. Runs that fail are told of and left out. When the signal is aborted, runs in hand come
 * to a step they can be resumed from and nothing is reported.
 * @throws FoveateError of invalid configurations, `RUN_LOCKED` where another process does an experiment in that folder, and
 * `RUN_INVALID` for runs made with another configuration, all before anything is trained
 */
export function runExperiment(
  experiment: ReadExperiment,
  reader: Pick<ConfigReader, 'readConfig' | 'makeConfig'>,
  options: ExperimentOptions & TaskOptions,
): Task<ExperimentOutcome> {
  return task((context) => experimentDone(experiment, reader, options, context), options);
}

async function experimentDone(
  experiment: ReadExperiment,
  reader: Pick<ConfigReader, 'readConfig' | 'makeConfig'>,
  options: ExperimentOptions & TaskOptions,
  context: TaskContext,
): Promise<ExperimentOutcome> {
  const { folder, reportOnly = false } = options;
  const runs = await planRuns(experiment, reader, folder, options.overrides);
  const { audit } = experiment.value;
  const audited = audit === false ? undefined : { ...audit, disturbances: options.workers.disturbances };
  await makeFolder(folder);
  // Others may report meanwhile.
  const lock = reportOnly ? undefined : await lockFolder(folder, 'experiment');
  try {
    const failed = reportOnly ? [] : await allDone(experiment, runs, audited, options, context);
    const { finished, missing } = await gathered(runs, failed, audited);
    const { comparable, refused } = comparableRuns(finished);
    const found = resultOf(experiment, { finished, comparable, refused, missing });
    const { examples, unreadable } = await examplesOf(finished, found);
    const result = { ...found, missing: [...missing, ...unreadable] };
    return { result, failed, files: await written(folder, result, { finished, comparable, examples }) };
  } finally {
    await lock?.release();
  }
}

async function allDone(
  experiment: ReadExperiment,
  runs: readonly PlannedRun[],
  audited: AuditKind | undefined,
  { folder, workers, jobs = 1, overwrite = false, tell }: ExperimentOptions,
  { signal, progress }: TaskContext,
): Promise<readonly FailedRun[]> {
  let done = 0;
  const told = (report: RunReport) => {
    tell?.(report);
    if (['skipped', 'done', 'failed'].includes(report.type)) progress('runs', ++done, runs.length);
  };
  const common = commonConfigText(experiment);
  if (common !== undefined) await writeAtomically(commonConfigFile(folder), common);
  return runAll(runs, { workers, jobs, audited, overwrite, signal, tell: told });
}

/** Runs that are complete, and what is known of the others. */
async function gathered(runs: readonly PlannedRun[], failed: readonly FailedRun[], audited: AuditKind | undefined) {
  const finished: FinishedRun[] = [];
  const missing: { readonly run: string; readonly why: string }[] = [];
  for (const run of runs) {
    const failure = failed.find((one) => one.run === run);
    const lacks = (why: string) =>
      missing.push({ run: runName(run), why: failure === undefined ? why : messageOf(failure.error) });
    try {
      // What failed here may have been done by somebody else meanwhile.
      if ((await standingOf(run.folder, run.config)) === 'complete') {
        const one = await finishedRun(run, audited);
        finished.push(one);
        if (audited !== undefined && !one.isAudited) lacks('it has not been audited yet, or otherwise');
      } else lacks('it has not been done yet');
    } catch (error) {
      lacks(messageOf(error));
    }
  }
  return { finished, missing };
}

function resultOf(
  { name, value }: ReadExperiment,
  {
    finished,
    comparable,
    refused,
    missing,
  }: Pick<ExperimentResult, 'refused' | 'missing'> & {
    readonly finished: readonly FinishedRun[];
    readonly comparable: readonly FinishedRun[];
  },
): ExperimentResult {
  const arms = Object.keys(value.arms);
  const baselines = value.compareWith ?? arms.slice(0, 1);
  const axes = {
    arms,
    baselines,
    data: Object.keys(value.data),
    models: Object.keys(value.models),
    seeds: value.seeds,
  };
  return {
    name,
    title: value.title,
    question: value.question,
    seeds: value.seeds,
    arms: Object.entries(value.arms).map(([arm, patch]) => ({
      name: arm,
      settings: Object.entries(patch).map(([path, to]) => `${path}: ${flow(to)}`),
    })),
    baselines,
    measures: compareRuns(comparable, [...imageMeasures, ...flipMeasures], axes),
    published: value.published.map((figure) => ({
      ...figure,
      interval:
        figure.images === undefined ? null : wilsonInterval(Math.round(figure.value * figure.images), figure.images),
    })),
    missing,
    refused,
    trainingSeconds: finished.reduce((sum, { record }) => sum + record.timing.totalSeconds, 0),
  };
}

/** A value as YAML has it in a line. */
function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

async function written(
  folder: string,
  result: ExperimentResult,
  {
    finished,
    comparable,
    examples,
  }: Readonly<Record<'finished' | 'comparable', readonly FinishedRun[]>> & {
    readonly examples: readonly ExampleRuns[];
  },
): Promise<readonly string[]> {
  for (const name of ['tables', 'figures']) await makeFolder(join(folder, name));
  await removeEarlier(folder);
  const files = {
    'report.html': await renderExperiment(result, examples),
    ...tableFiles(result, finished, comparable),
    ...experimentFigures(result),
  };
  const paths: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    await writeAtomically(join(folder, name), text);
    paths.push(join(folder, name));
  }
  return paths;
}

/** Tables and charts of an earlier report, which go by the keys of measures, would stand beside those of this one. */
async function removeEarlier(folder: string): Promise<void> {
  const keys = new Set([...imageMeasures, ...flipMeasures].map(({ key }) => key));
  for (const [name, written] of [
    ['tables', /^(\w+)(-differences)?\.(md|tex|csv)$/],
    ['figures', /^(\w+)(-.*)?\.svg$/],
  ] as const) {
    const entries = await readdir(join(folder, name), { withFileTypes: true });
    const old = entries.filter((entry) => entry.isFile() && keys.has(written.exec(entry.name)?.[1] ?? ''));
    for (const { name: file } of old) await rm(join(folder, name, file), { force: true });
  }
}
