/** What is asked of a stage while it runs: a stage that breaks its word is named, with the sample it had in hand. */
import { fail, isFoveateError, messageOf, portFault, type FoveateError } from '@foveate/contracts';
import { config, defer, isObservable, Observable, tap } from 'rxjs';
import type { PipelineStage } from './pipeline.js';
import type { RunScope } from './run-scope.js';

/** Output streams of stages that are being watched. RxJS tells of what is emitted after completion to one hook alone. */
const watched = new WeakMap<object, (item: unknown) => void>();

const others = config.onStoppedNotification;
config.onStoppedNotification = (notification, subscriber) => {
  if (notification.kind === 'N') watched.get(subscriber)?.(notification.value);
  others?.(notification, subscriber);
};

/** The output of a stage, for its input. */
export function guarded(
  stage: PipelineStage,
  input: Observable<unknown>,
  run: Pick<RunScope, 'events' | 'signal' | 'faults'>,
): Observable<unknown> {
  return new Observable((subscriber) => {
    let inHand: string | undefined;
    let upstream: { readonly error: unknown } | undefined;
    let ended = false;
    let hasAsked = stage.takes === null;
    const watch = new Watch(stage.patience, () => {
      const does = hasAsked ? 'has had all of its input and does not end' : 'does not take its input and does not end';
      subscriber.error(broken(stage, does, inHand));
    });
    const items = defer(() => {
      hasAsked = true;
      // While input may come, the stage above is the one that is waited for.
      watch.stop();
      return input;
    }).pipe(
      tap({
        next: (item) => (inHand = idOf(item) ?? inHand),
        error: (error: unknown) => (upstream = { error }),
        // A stage that has failed may still be told of its input's end.
        complete: () => (subscriber.closed ? undefined : watch.start()),
      }),
    );
    watch.start();
    subscriber.add(run.events.subscribe(() => watch.alive()));
    subscriber.add(() => watch.stop());
    let output: Observable<unknown>;
    try {
      output = stage.operator(items as Observable<never>);
      if (!isObservable(output)) throw new TypeError('it gave no Observable');
    } catch (cause) {
      subscriber.error(asStageError(stage, cause, inHand));
      return;
    }
    const inner = output.subscribe({
      next: (item) => {
        watch.alive();
        const fault = portFault(stage.gives, item);
        if (fault === undefined) subscriber.next(item);
        else subscriber.error(broken(stage, `gave ${fault}`, idOf(item) ?? inHand));
      },
      error: (error: unknown) => {
        // What came from above is that stage's, and an interruption nobody's.
        const isAbove = upstream !== undefined && error === upstream.error;
        const isOwn = !isAbove && !(run.signal.aborted && error === run.signal.reason);
        subscriber.error(isOwn ? asStageError(stage, error, inHand) : error);
      },
      complete: () => {
        ended = true;
        watch.stop();
        subscriber.complete();
      },
    });
    watched.set(inner, (item) => {
      if (ended) run.faults.error(broken(stage, 'gave something after it had ended', idOf(item)));
    });
    subscriber.add(inner);
  });
}

/** The id of the sample that an item is about. */
function idOf(item: unknown): string | undefined {
  const { sample, skip } = (typeof item === 'object' && item !== null ? item : {}) as {
    readonly sample?: { readonly id?: unknown } | null;
    readonly skip?: { readonly path?: unknown } | null;
  };
  const id = sample?.id ?? skip?.path;
  return typeof id === 'string' ? id : undefined;
}

function asStageError(stage: PipelineStage, cause: unknown, sample: string | undefined): FoveateError {
  if (isFoveateError(cause)) return cause;
  return fail({
    code: 'STAGE_FAILED',
    what: `The stage '${stage.id}' failed: ${messageOf(cause).replace(/\.$/, '')}`,
    ...(sample === undefined ? {} : { where: sample }),
    advice: 'Set FOVEATE_DEBUG=1 to see where; leave the stage out of the pipeline, or tell its author',
    cause,
  });
}

function broken(stage: PipelineStage, does: string, sample: string | undefined): FoveateError {
  return fail({
    code: 'STAGE_FAILED',
    what: `The stage '${stage.id}' ${does}`,
    ...(sample === undefined ? {} : { where: sample }),
    expected: `what it declares: ${stage.gives}`,
    advice: 'Leave the stage out of the pipeline, or tell its author',
  });
}

/** Tells when nothing was heard for some time. A timer that runs keeps the process alive: what never ends is to be named. */
class Watch {
  readonly #milliseconds: number;
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(seconds: number, expired: () => void) {
    this.#milliseconds = 1000 * seconds;
    this.#expired = expired;
  }

  start(): void {
    if (this.#milliseconds === Infinity) return;
    this.stop();
    this.#timer = setTimeout(this.#expired, this.#milliseconds);
  }

  alive(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
