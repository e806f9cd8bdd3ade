/** One run: configuration in, events out, a folder on the disk. */
import { writtenConfig, type Registry, type RunConfig } from '@foveate/assembly';
import { fail } from '@foveate/contracts';
import type { RunEvent, Skip } from '@foveate/contracts';
import { missingResults, openRunFolder, type FolderOptions, type RunFolder } from '@foveate/run-record/node';
import {
  checkLock,
  checkModel,
  dividedAtData,
  pipelineOf,
  requireSameConfig,
  RunScope,
  through,
} from '@foveate/stages';
import type { DataSet, PipelineStage } from '@foveate/stages';
import { checkpointPath, readLast, type Checkpoint } from '@foveate/trainer';
import {
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  fromEvent,
  ignoreElements,
  map,
  Observable,
  of,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';
import { observing } from './observing.js';
import { Recorder } from './recorder.js';
import { shareRun } from './share-run.js';

/** Data of a run, for another one with the same data. */
export interface LoadedData {
  readonly data: DataSet;
  /** Who works on its pixels. */
  readonly work: RunScope['work'];
}

/** Where and how a run is written. */
export interface RunOptions extends FolderOptions {
  readonly folder: string;
  /** Aborted: the running step ends, a checkpoint is written, and the stream completes with status `interrupted`. */
  readonly signal?: AbortSignal;
  /** Data of an earlier arm of a comparison, by data configuration and seed; whoever hands it over closes its work. */
  readonly loaded?: Map<string, LoadedData>;
  /**
   * A pipeline put together in code, in place of the configuration's: stages of `@foveate/stages` and operators of one's
   * own. The run's folder, events, record, observers and resumption are those of any run.
   */
  readonly compose?: (run: RunScope) => Observable<unknown>;
}

/**
 * Runs the pipeline of a configuration. Nothing happens before the subscription; all who subscribe follow the same run
 * ({@link shareRun}), and when the last unsubscribes everything stops and files and tensors are released. Fails with the
 * FoveateErrors of the stages and of {@link openRunFolder}; a run that fails before training leaves no trace.
 */
export function run(config: RunConfig, registry: Registry, options: RunOptions): Observable<RunEvent> {
  return shareRun(
    new Observable((subscriber) => {
      openRunFolder(options.folder, options).then(
        (folder) => {
          // Unsubscribed while the folder was opened: its lock is given back.
          if (subscriber.closed) folder.abandon().catch(() => undefined);
          else subscriber.add(runIn(folder, config, registry, options).subscribe(subscriber));
        },
        (error: unknown) => subscriber.error(error),
      );
    }),
  );
}

function runIn(folder: RunFolder, config: RunConfig, registry: Registry, options: RunOptions): Observable<RunEvent> {
  return new Observable((subscriber) => {
    let release: () => Promise<void> = () => folder.abandon();
    const abandon = () => {
      const work = release;
      release = () => Promise.resolve();
      return work();
    };
    const start = async () => {
      const checkpoint = await startingPoint(folder, config);
      const recorder = new Recorder(folder, config, { checkpoint, isComposed: options.compose !== undefined });
      const { signal } = options;
      const scope = await RunScope.open(config, registry, {
        folder: folder.path,
        keeper: recorder,
        ...(signal === undefined ? {} : { signal }),
      });
      release = async () => {
        await scope.close();
        recorder.close();
        await folder.abandon();
      };
      if (subscriber.closed) return abandon();
      follow(scope, recorder, checkpoint);
    };
    let failed = false;
    const fails = async (error: unknown, recorder?: Recorder) => {
      failed = true;
      await recorder?.fail(error);
      await abandon();
      subscriber.error(error);
    };
    const follow = (scope: RunScope, recorder: Recorder, checkpoint: Checkpoint | undefined) => {
      let interrupted = false;
      const kept = scope.events.pipe(
        map((event) => {
          interrupted ||= event.type === 'interrupted';
          return { event, state: recorder.see(event) };
        }),
        concatMap(async ({ event, state }) => {
          await recorder.keep(event, state);
          // Before the end is told: a run that wrote nothing leaves no folder.
          if (event.type === 'run-end') await abandon();
          return event;
        }),
      );
      subscriber.add(
        kept.subscribe({
          next: (event) => subscriber.next(event),
          error: (error: unknown) => void fails(error, recorder),
          complete: () => (failed ? undefined : subscriber.complete()),
        }),
      );
      subscriber.add(observing(scope));
      scope.emit({ type: 'run-start', folder: folder.path, resumedFromEpoch: checkpoint?.progress.epoch ?? null });
      subscriber.add(
        workOf(scope, recorder, options).subscribe({
          error: (error: unknown) => void fails(error, recorder),
          complete: () => {
            const status = interrupted ? 'interrupted' : 'completed';
            scope.emit({ type: 'run-end', folder: folder.path, status });
          },
        }),
      );
    };
    start().catch((error: unknown) => fails(error));
    return () => void abandon();
  });
}

/** The stages of a run, one after the other; gives nothing. */
function workOf(scope: RunScope, recorder: Recorder, options: RunOptions): Observable<never> {
  const { signal } = scope;
  const stopped = signal.aborted ? of(undefined) : fromEvent(signal, 'abort');
  const stages = defer(async () => {
    await checkModel(scope.settings, scope.services);
    return pipelineOf(scope);
  });
  if (options.compose !== undefined) {
    const composed = options.compose;
    return concat(
      defer(() => checkModel(scope.settings, scope.services)),
      defer(() => composed(scope)),
    ).pipe(ignoreElements());
  }
  return stages.pipe(
    switchMap((pipeline) => {
      const { data, later } = dividedAtData(pipeline);
      const isDataSet = data.at(-1)?.gives === 'data-set';
      let came = false;
      const work = isDataSet
        ? dataOf(data, scope, options.loaded).pipe(
            takeUntil(stopped),
            tap(() => (came = true)),
            switchMap((set) => concat(lockWarnings(scope, set), resultOf(later, set, scope))),
          )
        : passed(pipeline, scope, recorder).pipe(
            takeUntil(stopped),
            tap(() => (came = true)),
          );
      return concat(
        work,
        defer(() => {
          if (!came) scope.emit({ type: 'interrupted', epoch: 0, step: 0 });
          return EMPTY;
        }),
      );
    }),
    ignoreElements(),
  );
}

/** @throws FoveateError `RUN_INVALID` when the folder's run cannot be resumed under this configuration */
async function startingPoint(folder: RunFolder, config: RunConfig): Promise<Checkpoint | undefined> {
  const { previous, path } = folder;
  if (previous === undefined) return undefined;
  requireSameConfig(previous.config, writtenConfig(config, ''), path);
  const checkpoint = await readLast(path);
  if (checkpoint === undefined && previous.epochs.length > 0) {
    throw fail({
      code: 'RUN_INVALID',
      what: 'The checkpoint that the run could be resumed from is missing',
      where: checkpointPath(path, 'last'),
      advice: 'Restore the file, or train again from the start with --overwrite',
    });
  }
  const stopped = checkpoint?.progress.course.stopped ?? null;
  const isTrained = stopped !== null || (checkpoint?.progress.epoch ?? 1) > config.training.epochs;
  // What a disk that was full or a hand that slipped took from it is made again.
  if (previous.status === 'completed' && isTrained && (await missingResults(path, previous)).length === 0) {
    throw fail({
      code: 'RUN_INVALID',
      what: 'The run is complete',
      where: path,
      got: `${String(previous.epochs.length)} epochs${stopped === null ? '' : `, then ${stopped.reason}`}`,
      advice:
        stopped === null
          ? 'Train longer with --set training.epochs=N, or start a new run with --out'
          : 'Start a new run with --out, with another training.earlyStopping',
    });
  }
  return checkpoint;
}

/** The data set, by the stages or from an earlier run with the same data. */
function dataOf(
  stages: readonly PipelineStage[],
  scope: RunScope,
  cache: Map<string, LoadedData> | undefined,
): Observable<DataSet> {
  const { data, seed, baseFolder, plugins, pipeline } = scope.settings;
  const key = JSON.stringify([data, seed, baseFolder, plugins, pipeline.slice(0, stages.length)]);
  const known = cache?.get(key);
  if (known !== undefined) {
    scope.borrow(known.work);
    return of(known.data);
  }
  return (through(stages, scope) as Observable<DataSet>).pipe(
    tap((set) => cache?.set(key, { data: set, work: scope.lend() })),
  );
}

/** Refuses data that is not what was locked, or warns of it. */
function lockWarnings(scope: RunScope, { samples }: DataSet): Observable<never> {
  return defer(async () => {
    const messages = await checkLock(scope.settings, samples, { source: await scope.get('source') });
    for (const message of messages) scope.emit({ type: 'warning', message });
  }).pipe(ignoreElements());
}

/** What the stages after the data set give; where that is nothing, somebody should know. */
function resultOf(stages: readonly PipelineStage[], data: DataSet, scope: RunScope): Observable<unknown> {
  return defer(() => {
    let isEmpty = stages.length > 0;
    const follower = scope.events.subscribe(({ type }) => (isEmpty &&= type !== 'interrupted'));
    return through(stages, scope, of(data)).pipe(
      tap({
        next: () => (isEmpty = false),
        complete: () => {
          const last = stages.at(-1)?.id ?? '';
          if (isEmpty) {
            const message = `The pipeline ended without anything coming out of its last stage, '${last}'.`;
            scope.emit({ type: 'warning', message });
          }
        },
      }),
      finalize(() => follower.unsubscribe()),
    );
  });
}

/** A pipeline that gives no data set: what came out is counted. Emits once, when all has passed. */
function passed(stages: readonly PipelineStage[], scope: RunScope, recorder: Recorder): Observable<unknown> {
  return defer(() => recorder.beginWithoutModel()).pipe(
    switchMap(() => {
      let items = 0;
      const skips: Skip[] = [];
      return concat(
        through(stages, scope).pipe(
          tap((item) => {
            const { skip } = (item ?? {}) as { readonly skip?: Skip };
            if (skip === undefined) items++;
            else skips.push(skip);
          }),
          ignoreElements(),
        ),
        defer(() => {
          scope.emit({ type: 'passed', port: stages.at(-1)?.gives ?? '', items, skips });
          if (items === 0) scope.emit({ type: 'warning', message: 'Nothing came through the pipeline.' });
          return of(undefined);
        }),
      );
    }),
  );
}
