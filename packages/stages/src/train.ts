/** Train: the training loop, fed by batches of the data set. */
import { classNames, fail, usualDecision } from '@foveate/contracts';
import type { AssignedSample, Decision, Fetching, RunEvent } from '@foveate/contracts';
import {
  checkMonitor,
  checkpointPath,
  evaluate,
  isLowestBest,
  isMetric,
  loadModelState,
  train as trainLoop,
} from '@foveate/trainer';
import type { PlannedBatches } from '@foveate/trainer';
import { EMPTY, Observable, concat, concatMap, defer, filter, ignoreElements, map, switchMap, tap } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import { batchesOf, disturbedBatches, evaluationBatches, trainingBatches, type BatchStage } from './data/batches.js';
import { requireSameSamples } from './data/recorded-data.js';
import { WaitClock } from './flow/wait-clock.js';
import type { Evaluator } from './explain.js';
import { checkDecision, decide, isChosen, rateRemark, temperatureRemark } from './learning/decide.js';
import { guidanceWarnings } from './learning/guidance-warnings.js';
import { buildNetwork, type Network } from './learning/network.js';
import { configFingerprint, requireSameLength } from './learning/result-keys.js';
import { featureCacheOf, trunkOf } from './learning/feature-cache.js';
import { factsById } from './measure.js';
import type { RunScope } from './run-scope.js';
import type { DataSet } from './split.js';

/** A trained network, with the weights of its best epoch and the data it was trained on. */
export interface TrainedModel {
  readonly network: Network;
  readonly data: DataSet;
  /** What batches are made from. */
  readonly feed: BatchStage;
  /** What predictions and heatmaps are made with. */
  readonly evaluator: Evaluator;
  /** What is made of scores. */
  readonly decision: Decision;
}

declare module '@foveate/contracts' {
  interface StagePorts {
    'trained-model': TrainedModel;
  }
}

/**
 * Steps, epochs and checkpoints; validation runs on its split in order, not augmented. Gives the model with the weights of
 * its best epoch; of a training that is interrupted, nothing. Each epoch's record says what share of its time was spent
 * waiting for batches. Errors are those of the trainer, of plugins, and `RUN_INVALID` for data that has changed since a
 * resumed run was started.
 */
export function train(run: RunScope): OperatorFunction<DataSet, TrainedModel> {
  return (dataSets) =>
    dataSets.pipe(
      switchMap((data) => trainOn(data, run)),
      withDecision(run),
    );
}

/** The model with the decision that the configuration wants. */
function withDecision(run: RunScope): OperatorFunction<TrainedModel, TrainedModel> {
  const { decision: options } = run.settings;
  if (options === undefined) return (models) => models;
  return interruptible(run, async (trained) => {
    const { evaluator, feed } = trained;
    const batches = evaluationBatches(feed, 'validation');
    const decision = decide(options, isChosen(options) ? await evaluate({ ...evaluator, batches }) : []);
    run.emit({ type: 'decision', decision });
    const remark = temperatureRemark(decision);
    if (remark !== undefined) run.emit({ type: 'warning', message: remark });
    const { temperature } = decision;
    return { ...trained, decision, evaluator: { ...evaluator, ...(temperature === undefined ? {} : { temperature }) } };
  });
}

function trainOn(data: DataSet, run: RunScope): Observable<TrainedModel> {
  return concat(
    defer(() => begin(data, run)).pipe(ignoreElements()),
    network(run).pipe(switchMap((built) => trainNetwork(built, data, run))),
  );
}

async function begin({ samples, counts, skips, duplicates }: DataSet, run: RunScope): Promise<void> {
  const previous = await run.keeper?.previousSamples();
  if (previous !== undefined) requireSameSamples(previous, samples, run.folder ?? '');
  const areas = areaSources(samples);
  run.emit({ type: 'data', counts, skips, duplicates, ...(areas === undefined ? {} : { areas }) });
}

/** Number of samples by the source of their areas of interest, the most frequent first; undefined where none is known. */
function areaSources(samples: readonly AssignedSample[]): Readonly<Record<string, number>> | undefined {
  const counts = new Map<string, number>();
  for (const { aoiOrigin } of samples) {
    if (aoiOrigin !== undefined) counts.set(aoiOrigin.source, (counts.get(aoiOrigin.source) ?? 0) + 1);
  }
  return counts.size === 0 ? undefined : Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

/** The network; nothing when fetching its weights is interrupted. The scope releases its engine. */
function network(run: RunScope): Observable<Network> {
  const { signal } = run;
  return new Observable((subscriber) => {
    const unsubscribed = new AbortController();
    const fetching: Fetching = {
      signal: AbortSignal.any([signal, unsubscribed.signal]),
      onProgress: (received, total) => run.emit({ type: 'fetching', received, total: total ?? null }),
    };
    const pretrained = run.keeper?.checkpoint === undefined ? { pretrained: fetching } : {};
    buildNetwork(run.settings, run.services, pretrained).then(
      (built) => {
        run.onClose(() => built.engine.dispose());
        subscriber.next(built);
        subscriber.complete();
      },
      (error: unknown) => {
        if (!signal.aborted || error !== signal.reason) return subscriber.error(error);
        run.emit({ type: 'interrupted', epoch: 0, step: 0 });
        subscriber.complete();
      },
    );
    return () => unsubscribed.abort();
  });
}

function trainNetwork(built: Network, data: DataSet, run: RunScope): Observable<TrainedModel> {
  const { settings, signal } = run;
  const { folder } = run;
  if (folder === undefined) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'Training writes checkpoints, and this run has no folder',
      advice:
        'Open it with RunScope.open(config, registry, { folder }), or use run(config, { folder, compose }) of a runner',
    });
  }
  const featureCache = featureCacheOf(settings, folder, built);
  let interrupted = false;
  let bestEpoch = run.keeper?.checkpoint?.progress.course.best?.epoch ?? null;
  const feed = batchesOf(data, run);
  const steps = defer(async () => {
    const { monitor } = settings.training;
    // Before an older run in the folder makes room for this one.
    const validated = data.samples.filter(({ split }) => split === 'validation');
    checkMonitor(monitor, built.metrics, validated, settings.data.disturb.length > 0);
    checkDecision(settings.decision, data.counts);
    const previous = run.keeper?.previousConfig;
    if (previous !== undefined && run.keeper?.checkpoint !== undefined)
      requireSameLength(previous, { ...settings, loss: built.loss, folder });
    const record = await run.keeper?.begin(built, data);
    if (record !== undefined) run.emit({ type: 'begin', record });
    for (const message of settings.notices ?? []) run.emit({ type: 'notice', message });
    if (typeof monitor === 'string' && isMetric(monitor) && !isLowestBest(monitor)) {
      const message = `The best epoch is the one with the highest ${monitor} on the validation split; where less is better, write monitor: { key: ${monitor}, best: lowest }.`;
      run.emit({ type: 'notice', message });
    }
    if (data.depth?.warning !== undefined) run.emit({ type: 'warning', message: data.depth.warning });
    run.emit({ type: 'engine', description: built.engine.info.description });
    const remark = settings.decision && rateRemark(settings.decision, data.counts);
    if (remark !== undefined) run.emit({ type: 'warning', message: remark });
    for (const message of await guidanceWarnings(built, data, run)) run.emit({ type: 'warning', message });
    await run.work.chooseDonors(data.stored);
    return run.get('optimizer');
  }).pipe(
    switchMap((optimizer) => {
      const clock = new WaitClock();
      const { epochs, batchSize, ...options } = settings.training;
      const facts = factsById(data.samples);
      const { threshold } = settings.decision ?? {};
      const labels = data.samples.flatMap(({ split, label }) => (split === 'train' ? [label] : []));
      const { explainer, ...parts } = built;
      return trainLoop({
        ...parts,
        // Every epoch pays for it: an explainer that runs the network again waits for the end.
        ...(explainer.uses.length === 0 ? { explainer } : {}),
        optimizer,
        epochs,
        batchSize,
        settings: options,
        seed: run.seed,
        samples: labels.length,
        classCounts: classNames.map((_, index) => labels.filter((label) => label === index).length),
        batches: (epoch, fromStep) => clocked(clock, trainingBatches(feed, epoch, fromStep)),
        validationBatches: () => clocked(clock, evaluationBatches(feed, 'validation')),
        disturbedBatches: settings.data.disturb.map(
          (_, way) => () => clocked(clock, disturbedBatches(feed, 'validation', way)),
        ),
        measured: {
          metrics: built.metrics,
          factsOf: (id) => facts.get(id),
          // One that a rule chooses is not known before the end.
          ...(typeof threshold === 'number' ? { decision: { threshold } } : {}),
        },
        ...(featureCache === undefined ? {} : { featureCache }),
        folder,
        fingerprint: configFingerprint(settings),
        resume: run.keeper?.resume ?? false,
        signal,
      }).pipe(map((event) => withDataWait(event, clock)));
    }),
    tap((event) => {
      interrupted ||= event.type === 'interrupted';
      if (event.type === 'epoch' && event.best) bestEpoch = event.record.epoch;
      run.emit(event);
    }),
    ignoreElements(),
  );
  const trained = defer(() => {
    if (interrupted) return EMPTY;
    const trunk = trunkOf(settings, built, featureCache, bestEpoch);
    return defer(() => loadModelState(checkpointPath(folder, 'best'), built.model)).pipe(
      map((variables): TrainedModel => {
        const evaluator = { ...built, variables, signal, ...(trunk === undefined ? {} : { trunk }) };
        return { network: built, data, feed, evaluator, decision: usualDecision };
      }),
    );
  });
  return concat(steps, trained);
}

function withDataWait(event: RunEvent, clock: WaitClock): RunEvent {
  if (event.type !== 'epoch') return event;
  const dataWait = Math.min(1, clock.take() / Math.max(event.record.seconds, 1e-9));
  return { ...event, record: { ...event.record, dataWait } };
}

/** The same batches, waited for under a clock. */
function clocked(clock: WaitClock, batches: PlannedBatches): PlannedBatches {
  return {
    ...batches,
    only: (positions) => clock.over(batches.only(positions)),
    [Symbol.asyncIterator]: () => clock.over(batches)[Symbol.asyncIterator](),
  };
}

/**
 * Work on a trained model that can be interrupted: then it says so, and nothing comes after it.
 * @param work gets the model
 */
export function onTrained(
  run: RunScope,
  work: (trained: TrainedModel) => Promise<void>,
): OperatorFunction<TrainedModel, TrainedModel> {
  return interruptible(run, async (trained) => {
    await work(trained);
    return trained;
  });
}

function interruptible(
  run: RunScope,
  work: (trained: TrainedModel) => Promise<TrainedModel>,
): OperatorFunction<TrainedModel, TrainedModel> {
  return (models) =>
    models.pipe(
      concatMap(async (trained) => {
        try {
          return await work(trained);
        } catch (error) {
          if (!run.signal.aborted || error !== run.signal.reason) throw error;
          run.emit({ type: 'interrupted', epoch: run.settings.training.epochs, step: 0 });
          return undefined;
        }
      }),
      filter((trained) => trained !== undefined),
    );
}
