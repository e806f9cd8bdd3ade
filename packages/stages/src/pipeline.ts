/** A pipeline put together: the stages that a configuration lists, each watched for keeping its word. */
import { fail, type RunEvent } from '@foveate/contracts';
import { defer, EMPTY, Observable, switchMap } from 'rxjs';
import type { RunScope } from './run-scope.js';
import type { DataSet } from './split.js';
import { guarded } from './stage-guard.js';

/** A stage of a pipeline. */
export interface PipelineStage {
  readonly id: string;
  readonly takes: string | null;
  readonly gives: string;
  /** Seconds it may give and say nothing once it has all of its input. */
  readonly patience: number;
  readonly operator: (items: Observable<never>) => Observable<unknown>;
}

/** The stages of a run, built; their ports were checked when the configuration was read. */
export async function pipelineOf(run: RunScope): Promise<readonly PipelineStage[]> {
  const operators = await run.list('stage');
  return Promise.all(
    run.settings.pipeline.map(async ({ id }, index) => {
      const { takes = null, gives = '', patience = 600 } = await run.plugin('stage', id);
      return { id, takes, gives, patience, operator: operators[index] as PipelineStage['operator'] };
    }),
  );
}

/** The stages up to the last one that gives a data set, and those after it. All, where none gives one. */
export function dividedAtData(stages: readonly PipelineStage[]): {
  readonly data: readonly PipelineStage[];
  readonly later: readonly PipelineStage[];
} {
  const end = stages.findLastIndex(({ gives }) => gives === 'data-set');
  return end === -1 ? { data: stages, later: [] } : { data: stages.slice(0, end + 1), later: stages.slice(end + 1) };
}

/**
 * What comes out of stages one after the other.
 * @param input of the first
 */
export function through(
  stages: readonly PipelineStage[],
  run: Pick<RunScope, 'events' | 'signal' | 'faults'>,
  input: Observable<unknown> = EMPTY,
): Observable<unknown> {
  const output = stages.reduce((items, stage) => guarded(stage, items, run), input);
  return new Observable((subscriber) => {
    subscriber.add(run.faults.subscribe({ error: (error: unknown) => subscriber.error(error) }));
    subscriber.add(output.subscribe(subscriber));
  });
}

/**
 * The data set of a configuration. Fails with `CONFIG_INVALID` for a pipeline that gives none, and with the errors of its
 * stages.
 */
export function loadData(run: RunScope): Observable<DataSet> {
  return defer(() => pipelineOf(run)).pipe(
    switchMap((stages) => {
      const { data } = dividedAtData(stages);
      if (data.at(-1)?.gives === 'data-set') return through(data, run) as Observable<DataSet>;
      throw fail({
        code: 'CONFIG_INVALID',
        what: 'The pipeline gives no data set',
        where: 'pipeline',
        got: stages.map(({ id }) => id).join(', '),
        advice: "Add the stage 'split'",
      });
    }),
  );
}

/** Calls back for every step of a long loading, until the scope is closed. */
export function onLoading(run: Pick<RunScope, 'events'>, tell: (done: number, total: number) => void): void {
  run.events.subscribe((event: RunEvent) => {
    if (event.type === 'loading') tell(event.done, event.total);
  });
}
