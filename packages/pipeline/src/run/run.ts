/** One run: configuration in, events out, a folder on the disk. */
import { fail } from '@foveate/contracts';
import type { RunEvent } from '@foveate/contracts';
import { readLast } from '@foveate/trainer';
import type { Checkpoint } from '@foveate/trainer';
import {
  catchError,
  concat,
  defaultIfEmpty,
  defer,
  finalize,
  fromEvent,
  ignoreElements,
  of,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';
import type { Observable } from 'rxjs';
import { buildServices } from '../assembly/container.js';
import type { Services } from '../assembly/container.js';
import type { Registry } from '../assembly/registry.js';
import { withPackages } from '../config/read.js';
import { writtenConfig } from '../config/resolve.js';
import type { RunConfig } from '../config/run-config.js';
import { requireSameConfig } from './config-difference.js';
import { loadData } from './data.js';
import type { LoadedData } from './data.js';
import { learn } from './learn.js';
import { openRunFolder } from './run-folder.js';
import type { FolderOptions, RunFolder } from './run-folder.js';

/** Where and how a run is written. */
export interface RunOptions extends FolderOptions {
  readonly folder: string;
  /** Aborted: the running step ends, a checkpoint is written, and the stream completes with status `interrupted`. */
  readonly signal?: AbortSignal;
  /** Data of an earlier arm of a comparison, by data configuration and seed. */
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
      const work = defer(async () =>
        buildServices(config, await withPackages(registry, config.plugins, config.baseFolder)),
      ).pipe(
        switchMap((services) =>
          loadOnce(config, services, options.loaded).pipe(
            takeUntil(stopped),
            switchMap((loaded) => learn({ config, folder, services, loaded, checkpoint, signal })),
          ),
        ),
        // Nothing came: stopped while the data was loading.
        defaultIfEmpty<RunEvent, RunEvent>({ type: 'interrupted', epoch: 0, step: 0 }),
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
  if (previous.status === 'completed' && (checkpoint?.progress.epoch ?? 1) > config.training.epochs) {
    throw fail({
      code: 'RUN_INVALID',
      what: 'The run is complete',
      where: path,
      got: `${String(previous.epochs.length)} epochs`,
      advice: 'Train longer with --set training.epochs=N, or start a new run with --out',
    });
  }
  return checkpoint;
}

function loadOnce(
  config: RunConfig,
  services: Services,
  cache: Map<string, LoadedData> | undefined,
): Observable<LoadedData> {
  const key = JSON.stringify([config.data, config.seed, config.baseFolder, config.plugins]);
  const known = cache?.get(key);
  return known === undefined ? loadData(config, services).pipe(tap((data) => cache?.set(key, data))) : of(known);
}
