/** The second half of a run: from loaded data to a trained, explained, measured and reported model. */
import { createHash } from 'node:crypto';
import { join, relative, sep } from 'node:path';
import type { Fetching, RunEvent } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import { writeAtomically } from '@foveate/contracts/node';
import { checkpointPath, loadModelState } from '@foveate/trainer';
import type { Checkpoint, TrunkCache } from '@foveate/trainer';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  from,
  ignoreElements,
  map,
  mergeMap,
  Observable,
  of,
  switchMap,
  tap,
} from 'rxjs';
import type { RunConfig, Services } from '@foveate/assembly';
import { configText, writtenConfig } from '@foveate/assembly';
import {
  batchStage,
  buildNetwork,
  chooseExplained,
  evaluationBatches,
  explain,
  guidanceWarnings,
  measure,
  openLogs,
  report,
  requireSameSamples,
  sampleRecords,
  train,
  trunkCacheOf,
  trunkOf,
  writePredictions,
} from '@foveate/stages';
import type { Evaluator, LoadedData, Measured, Network } from '@foveate/stages';
import { essentials } from './config-difference.js';
import { toJsonLines } from '@foveate/run-record';
import { startRecord } from './record.js';
import { Recorder } from './recorder.js';
import { readSampleRecords, runFiles } from '@foveate/run-record/node';
import type { RunFolder } from '@foveate/run-record/node';
import { versions } from './versions.js';

/** A run under way. */
export interface Session {
  readonly config: RunConfig;
  readonly folder: RunFolder;
  readonly services: Services;
  readonly loaded: LoadedData;
  readonly checkpoint: Checkpoint | undefined;
  readonly signal: AbortSignal;
}

/** Train, explain, measure and report; owns the engine. */
export function learn(session: Session): Observable<RunEvent> {
  const { loaded, folder } = session;
  return concat(
    defer(async () => {
      if (folder.previous === undefined) return;
      requireSameSamples(await readSampleRecords(folder.path), loaded.data.samples, folder.path);
    }).pipe(ignoreElements()),
    of<RunEvent>({
      type: 'data',
      counts: loaded.data.counts,
      skips: loaded.data.skips,
      duplicates: loaded.data.duplicates,
    }),
    network(session).pipe(switchMap((step) => ('type' in step ? of(step) : learnWith(step, session)))),
  );
}

type FetchingEvent = Extract<RunEvent, { readonly type: 'fetching' | 'interrupted' }>;

/** The network at last; before it, what comes of weights that have to be fetched. */
function network({ config, services, checkpoint, signal }: Session): Observable<FetchingEvent | Network> {
  return new Observable((subscriber) => {
    const unsubscribed = new AbortController();
    const fetching: Fetching = {
      signal: AbortSignal.any([signal, unsubscribed.signal]),
      onProgress: (received, total) => subscriber.next({ type: 'fetching', received, total: total ?? null }),
    };
    buildNetwork(config, services, checkpoint === undefined ? { pretrained: fetching } : {}).then(
      (built) => {
        if (subscriber.closed) built.engine.dispose();
        subscriber.next(built);
        subscriber.complete();
      },
      (error: unknown) => {
        if (!signal.aborted || error !== signal.reason) return subscriber.error(error);
        subscriber.next({ type: 'interrupted', epoch: 0, step: 0 });
        subscriber.complete();
      },
    );
    return () => unsubscribed.abort();
  });
}

/** Warns of images that are nearly black once their 16 bits are 8. */
function depthWarnings({ depth }: LoadedData): readonly RunEvent[] {
  return depth?.warning === undefined ? [] : [{ type: 'warning', message: depth.warning }];
}

function learnWith(network: Network, session: Session): Observable<RunEvent> {
  const { config, folder } = session;
  return defer(() => beginRecord(session, network)).pipe(
    switchMap((recorder) => {
      const trunkCache = trunkCacheOf(config, folder.path, network);
      let interrupted = false;
      const events = concat(
        from(config.notices ?? []).pipe(map((message): RunEvent => ({ type: 'notice', message }))),
        from(depthWarnings(session.loaded)),
        of<RunEvent>({ type: 'engine', description: network.engine.info.description }),
        defer(() => guidanceWarnings(network, session.loaded, config.training.batchSize)).pipe(
          mergeMap((messages) => messages.map((message): RunEvent => ({ type: 'warning', message }))),
        ),
        training(session, network, trunkCache),
        defer(() =>
          interrupted
            ? EMPTY
            : from(explainAndMeasure(session, network, trunkOf(config, network, trunkCache, recorder.bestEpoch))),
        ),
      ).pipe(
        tap((event) => (interrupted ||= event.type === 'interrupted')),
        recorder.recording(),
      );
      // Complete is what has everything: the page comes first, and a run that ends before it can be gone on with.
      const page = defer(() => (interrupted ? EMPTY : report(folder.path, recorder.completed())));
      const close = defer(() => recorder.write(interrupted ? 'interrupted' : 'completed')).pipe(ignoreElements());
      return concat(events, page, close).pipe(
        catchError(async (error: unknown) => {
          // A full disk must not hide why the run stopped.
          await recorder.write('interrupted').catch(() => undefined);
          throw error;
        }),
      );
    }),
    finalize(() => {
      network.engine.dispose();
    }),
  );
}

/** Writes what is known before the first step; an older run's files go only now. */
async function beginRecord({ config, folder, loaded, checkpoint }: Session, network: Network): Promise<Recorder> {
  const { path, previous } = folder;
  const baseFolder = relative(path, config.baseFolder).split(sep).join('/') || '.';
  const record: RunRecord = {
    ...startRecord({
      config,
      baseFolder,
      model: network.model,
      initialValues: network.initialValues,
      engine: network.engine.info,
      data: loaded.data,
      versions: versions(),
      previous,
    }),
    epochs: epochsSoFar(checkpoint, previous),
    bestEpoch: checkpoint?.progress.course.best?.epoch ?? null,
  };
  if (previous === undefined) await folder.clear();
  await writeAtomically(join(path, runFiles.config), configText(config, baseFolder));
  await writeAtomically(join(path, runFiles.samples), toJsonLines(sampleRecords(loaded.data.samples)));
  const recorder = new Recorder(folder, record);
  await recorder.write('running');
  return recorder;
}

/** The epochs up to the checkpoint; of those run.json knows more than the trainer does. */
function epochsSoFar(checkpoint: Checkpoint | undefined, previous: RunRecord | undefined): RunRecord['epochs'] {
  return (checkpoint?.progress.records ?? []).map(
    (trained) => previous?.epochs.find(({ epoch }) => epoch === trained.epoch) ?? trained,
  );
}

function training(session: Session, network: Network, trunkCache: TrunkCache | undefined): Observable<RunEvent> {
  const { config, services, loaded, folder, checkpoint, signal } = session;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([...essentials(writtenConfig(config, ''))]))
    .digest('hex');
  return defer(async () => ({
    feed: batchStage(config, loaded),
    optimizer: await services.get('optimizer'),
    logs: await openLogs(
      config.training,
      folder.path,
      checkpoint,
      loaded.data.samples.filter(({ split }) => split === 'train').length,
    ),
  })).pipe(
    switchMap(({ logs, ...parts }) =>
      train({
        ...network,
        ...parts,
        ...(logs === undefined ? {} : { logs }),
        training: config.training,
        ...(trunkCache === undefined ? {} : { trunkCache }),
        folder: folder.path,
        fingerprint,
        resume: folder.previous !== undefined,
        signal,
      }),
    ),
  );
}

async function* explainAndMeasure(
  session: Session,
  network: Network,
  trunk: Evaluator['trunk'],
): AsyncGenerator<RunEvent, void> {
  const { config, loaded, folder, signal } = session;
  const variables = await loadModelState(checkpointPath(folder.path, 'best'), network.model);
  const evaluator = { ...network, variables, signal, ...(trunk === undefined ? {} : { trunk }) };
  const feed = batchStage(config, loaded);
  try {
    const samples = chooseExplained(feed.samples, config.explain.images);
    const batches = evaluationBatches({ ...feed, samples }, 'test');
    const explanations = await explain(evaluator, batches, folder.path, runFiles.explanations);
    yield { type: 'explained', explanations };
    const measured: Measured[] = [];
    for (const split of ['validation', 'test'] as const) {
      measured.push(await measure(evaluator, feed, network.metrics, split));
    }
    // Before the figures that were computed from them: a reader of run.json is to find both.
    await writePredictions(folder.path, measured);
    for (const { split, measures } of measured) yield { type: 'measured', split, measures };
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    yield { type: 'interrupted', epoch: config.training.epochs, step: 0 };
  }
}
