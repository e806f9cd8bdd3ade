/** The runs of an experiment, some at a time: what is done is skipped, and one that fails does not stop the others. */
import type { RunEvent } from '@foveate/contracts';
import { loadRun, type AuditRow } from '@foveate/report';
import { readAudit, writeAudit, type AuditKind } from './audit-file.js';
import { runName, type PlannedRun } from './plan.js';
import { standingOf, type Standing } from './standing.js';

/** Who trains and audits, in a process or thread of its own for instance. */
export interface Workers {
  /**
   * Trains a run to its end, or to the next step when the signal is aborted.
   * @param options.resume whether its folder holds a part of it; otherwise what is there is replaced
   */
  train(
    run: PlannedRun,
    options: { readonly resume: boolean; readonly signal: AbortSignal; onEvent(event: RunEvent): void },
  ): Promise<void>;
  /** What an audit does, each way with its options: an audit that did something else is made again. */
  readonly disturbances: readonly string[];
  /** Audits a run on its first so many test images. */
  audit(
    run: PlannedRun,
    options: { readonly images: number; readonly signal: AbortSignal },
  ): Promise<readonly AuditRow[]>;
}

/** What becomes of a run. */
export type RunReport =
  | { readonly type: 'training' | 'auditing' | 'skipped' | 'done'; readonly run: PlannedRun }
  | { readonly type: 'epoch'; readonly run: PlannedRun; readonly epoch: number; readonly epochs: number }
  | { readonly type: 'failed'; readonly run: PlannedRun; readonly error: unknown };

/** A run that could not be done. */
export interface FailedRun {
  readonly run: PlannedRun;
  readonly error: unknown;
}

/** How an experiment's runs are done. */
export interface RunAllOptions {
  readonly workers: Workers;
  /** Runs at a time, from 1 up. */
  readonly jobs: number;
  /** How runs are audited; undefined: they are not. */
  readonly audited: AuditKind | undefined;
  /** Runs made with another configuration are done anew instead of refused. */
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
  tell(report: RunReport): void;
}

/**
 * Does all runs that are not done. When the signal is aborted, those in hand come to a step they can be resumed from.
 * @returns those that failed
 * @throws the signal's reason; FoveateError `RUN_INVALID` before anything is done for a run made with another configuration
 */
export async function runAll(runs: readonly PlannedRun[], options: RunAllOptions): Promise<readonly FailedRun[]> {
  const { signal, jobs, overwrite } = options;
  for (const { folder, config } of runs) {
    if (!overwrite) await standingOf(folder, config);
  }
  const failed: FailedRun[] = [];
  const waiting = runs.values();
  const worker = async () => {
    for (const run of waiting) {
      if (signal.aborted) return;
      try {
        await runOne(run, options);
      } catch (error) {
        if (signal.aborted) return;
        failed.push({ run, error });
        options.tell({ type: 'failed', run, error });
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  signal.throwIfAborted();
  return failed;
}

async function runOne(run: PlannedRun, { workers, audited, overwrite, signal, tell }: RunAllOptions): Promise<void> {
  const standing = await wholeStanding(run).catch((error: unknown) => {
    if (overwrite) return 'nothing' as const;
    throw error;
  });
  if (standing !== 'complete') {
    tell({ type: 'training', run });
    const onEvent = (event: RunEvent) => {
      if (event.type !== 'epoch') return;
      tell({ type: 'epoch', run, epoch: event.record.epoch, epochs: run.config.training.epochs });
    };
    await workers.train(run, { resume: standing === 'begun', signal, onEvent });
    if (signal.aborted) return;
    await requireComplete(run);
  }
  const isAudited = audited === undefined || (await readAudit(run.folder, audited)) !== undefined;
  if (!isAudited) {
    tell({ type: 'auditing', run });
    await writeAudit(run.folder, audited, await workers.audit(run, { images: audited.images, signal }));
  }
  tell({ type: standing === 'complete' && isAudited ? 'skipped' : 'done', run });
}

/** What stands there. @throws FoveateError `RUN_INVALID` also for results that cannot be read */
async function wholeStanding({ folder, config }: PlannedRun): Promise<Standing> {
  const standing = await standingOf(folder, config);
  if (standing === 'complete') await loadRun(folder);
  return standing;
}

async function requireComplete(run: PlannedRun): Promise<void> {
  if ((await standingOf(run.folder, run.config)) !== 'complete')
    throw new Error(`${runName(run)} ended without being complete.`);
}
