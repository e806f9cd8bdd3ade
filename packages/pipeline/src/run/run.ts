/** One run: configuration in, events out, a folder on the disk. */
import { fail } from '@foveate/contracts';
import type { RunEvent } from '@foveate/contracts';
import { checkpointPath, readLast } from '@foveate/trainer';
import type { Checkpoint } from '@foveate/trainer';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  fromEvent,
  identity,
  ignoreElements,
  mergeMap,
  of,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { buildServices, withPackages, writtenConfig } from '@foveate/assembly';
import type { Registry, RunConfig, Services } from '@foveate/assembly';
import { checkLock, checkModel, loadData } from '@foveate/stages';
import type { LoadedData, LoadingEvent, WorkSetting } from '@foveate/stages';
import { requireSameConfig } from './config-difference.js';
import { learn } from './learn.js';
import { missingResults, openRunFolder } from '@foveate/run-record/node';
import type { FolderOptions, RunFolder } from '@foveate/run-record/node';

/** Where and how a run is written. */
export interface RunOptions extends FolderOptions {
  readonly folder: string;
  /** Aborted: the running step ends, a checkpoint is written, and the stream completes with status `interrupted`. */
  readonly signal?: AbortSignal;
  /** Data of an earlier arm of a comparison, by data configuration and seed; whoever hands it over closes what is in it. */
  readonly loaded?: Map<string, LoadedData>;
}

/**
 * Runs ingest, mask, augment, batch, train, explain, measure and report. Nothing happens before the subscription;
 * unsubscribing stops everything and releases files and tensors. Fails with the FoveateErrors of the stages and of
 * {@link openRunFolder}; a run that fails before training leaves no trace.
 */
export function run(config: RunConfig, registry: Registry, options: RunOptions): Observable<RunEvent> {
  return defer(() => openRunFolder(options.folder, options)).pipe(
    switchMap((folder) =>
      runIn(folder, config, registry, options).pipe(
        catchError(async (error: unknown) => {
          await folder.abandon();
          throw error;
        }),
        finalize(() => void folder.abandon()),
      ),
    ),
  );
}

function runIn(folder: RunFolder, config: RunConfig, registry: Registry, options: RunOptions): Observable<RunEvent> {
  const signal = options.signal ?? new AbortController().signal;
  const stopped = signal.aborted ? of(undefined) : fromEvent(signal, 'abort');
  const end = (status: 'completed' | 'interrupted'): RunEvent => ({ type: 'run-end', folder: folder.path, status });
  return defer(() => startingPoint(folder, config)).pipe(
    switchMap((checkpoint) => {
      const start: RunEvent = {
        type: 'run-start',
        folder: folder.path,
        resumedFromEpoch: checkpoint?.progress.epoch ?? null,
      };
      let loadedAll = false;
      const work = concat(
        defer(async () => {
          const complete = await withPackages(registry, config.plugins, config.baseFolder, 'given');
          const services = await buildServices(config, complete);
          await checkModel(config, services);
          return { services, module: registry.module, folder: folder.path };
        }).pipe(
          switchMap((setting) =>
            loadOnce(config, setting, options.loaded).pipe(
              takeUntil(stopped),
              tap((step) => (loadedAll ||= !('type' in step))),
              switchMap((step) =>
                'type' in step
                  ? of(step)
                  : concat(
                      defer(() => lockWarnings(config, setting.services, step)),
                      learn({ config, folder, services: setting.services, loaded: step, checkpoint, signal }),
                    ).pipe(options.loaded === undefined ? closing(step) : identity),
              ),
            ),
          ),
        ),
        defer(() => (loadedAll ? EMPTY : of<RunEvent>({ type: 'interrupted', epoch: 0, step: 0 }))),
      );
      let interrupted = false;
      return concat(
        of(start),
        work.pipe(tap((event) => (interrupted ||= event.type === 'interrupted'))),
        // Before the end is told: a run that wrote nothing leaves no folder.
        defer(() => folder.abandon()).pipe(ignoreElements()),
        defer(() => of(end(interrupted ? 'interrupted' : 'completed'))),
      );
    }),
  );
}

/** @throws FoveateError `RUN_INVALID` when the folder's run cannot be gone on with under this configuration */
async function startingPoint(folder: RunFolder, config: RunConfig): Promise<Checkpoint | undefined> {
  const { previous, path } = folder;
  if (previous === undefined) return undefined;
  requireSameConfig(previous.config, writtenConfig(config, ''), path);
  const checkpoint = await readLast(path);
  if (checkpoint === undefined && previous.epochs.length > 0) {
    throw fail({
      code: 'RUN_INVALID',
      what: 'The checkpoint that the run could be gone on with is missing',
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

function loadOnce(
  config: RunConfig,
  setting: WorkSetting,
  cache: Map<string, LoadedData> | undefined,
): Observable<LoadingEvent | LoadedData> {
  const key = JSON.stringify([config.data, config.seed, config.baseFolder, config.plugins]);
  const known = cache?.get(key);
  if (known !== undefined) return of(known);
  return loadData(config, setting).pipe(tap((step) => 'type' in step || cache?.set(key, step)));
}

/** Refuses data that is not what was locked, or warns of it. */
function lockWarnings(config: RunConfig, services: Services, { data }: LoadedData): Observable<RunEvent> {
  const checked = async () => checkLock(config, data.samples, { source: await services.get('source') });
  return defer(checked).pipe(
    mergeMap((messages) => messages.map((message) => ({ type: 'warning', message }) as const)),
  );
}

/** Ends the threads of the data when nobody needs it any more, before completion is told. */
function closing(loaded: LoadedData): MonoTypeOperatorFunction<RunEvent> {
  return (events) =>
    concat(events, defer(() => loaded.close()).pipe(ignoreElements())).pipe(finalize(() => void loaded.close()));
}
