/** Observers of a run: they see every event, and can neither slow nor break the run. */
import { messageOf } from '@foveate/contracts';
import type { ObservedRun, RunEvent, RunObserver } from '@foveate/contracts';
import type { RunScope } from '@foveate/stages';
import { stepsPerEpoch } from '@foveate/trainer';
import { AsyncLocalStorage } from 'node:async_hooks';
import { config, Observable, Subject, Subscription } from 'rxjs';

/** Seconds that an observer may take after the end of the run. */
const usualPatience = 30;

/** Leaves out the observer that is being told something. What it throws in a subscription of its own comes to one hook of RxJS. */
const telling = new AsyncLocalStorage<(error: unknown) => void>();

const others = config.onUnhandledError;
config.onUnhandledError = (error: unknown) => {
  const leaveOut = telling.getStore() ?? others;
  if (leaveOut === null) throw error;
  leaveOut(error);
};

/**
 * Has the observers of a configuration follow a run from its `begin` on. One that fails is left out from then on, which a
 * warning says; one that is not done some time after the end is not waited for.
 * @param patience seconds that one may take after the end of the run
 * @returns ends the observation
 */
export function observing(scope: RunScope, patience = usualPatience): Subscription {
  const subscription = new Subscription();
  const { observers } = scope.settings;
  if (observers.length === 0) return subscription;
  const outlets: Outlet[] = [];
  const close = () => {
    for (const outlet of outlets) outlet.complete();
  };
  const start = (begin: Extract<RunEvent, { type: 'begin' }>) => {
    const run = observedRun(scope, begin);
    const built = scope.services.parts('observer');
    for (const [index, { id }] of observers.entries()) {
      const outlet = new Outlet((error) => {
        const message = messageOf(error);
        scope.emit({ type: 'warning', message: `The observer '${id}' is left out from here on: ${message}` });
      });
      outlets.push(outlet);
      const done = outlet.follow(built[index] as () => Promise<RunObserver>, run);
      scope.onClose(async () => {
        outlet.complete();
        if (await inTime(done, patience)) return;
        outlet.fail(new Error(`it was not done ${String(patience)} seconds after the end of the run`));
      });
    }
  };
  subscription.add(
    scope.events.subscribe({
      next: (event) => {
        if (event.type === 'begin') start(event);
        for (const outlet of outlets) outlet.tell(event);
      },
      complete: close,
    }),
  );
  subscription.add(close);
  return subscription;
}

/** What one observer is told. */
class Outlet {
  readonly #events = new Subject<RunEvent>();
  /** Held back until the observer is built; events are few until then. */
  readonly #waiting: RunEvent[] = [];
  readonly #early = this.#events.subscribe((event) => this.#waiting.push(event));
  readonly #leftOut: (error: unknown) => void;

  /** @param leftOut is called when the observer fails */
  constructor(leftOut: (error: unknown) => void) {
    this.#leftOut = leftOut;
  }

  /** Settles when the observer is done. */
  async follow(built: () => Promise<RunObserver>, run: ObservedRun): Promise<void> {
    const events = new Observable<RunEvent>((follower) => {
      this.#early.unsubscribe();
      for (const event of this.#waiting.splice(0)) follower.next(event);
      return this.#events.subscribe(follower);
    });
    try {
      const observer = await built();
      await telling.run(
        (error) => this.fail(error),
        () => observer.observe(events, run),
      );
    } catch (error) {
      this.fail(error);
    }
  }

  /** Each observer has its own copy, so that none can change what others see. */
  tell(event: RunEvent): void {
    if (this.#events.closed) return;
    telling.run(
      (error) => this.fail(error),
      () => this.#events.next(structuredClone(event)),
    );
  }

  fail(error: unknown): void {
    if (this.#events.closed) return;
    this.#events.unsubscribe();
    this.#leftOut(error);
  }

  complete(): void {
    if (!this.#events.closed) this.#events.complete();
  }
}

/** Whether something settles within some seconds. */
async function inTime(work: Promise<void>, seconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), 1000 * seconds);
  });
  const settled = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return settled;
}

function observedRun(
  { settings, folder, config: written, keeper }: RunScope,
  { record }: Extract<RunEvent, { type: 'begin' }>,
): ObservedRun {
  const { good, defective } = record.data.counts.train;
  const progress = keeper?.checkpoint?.progress;
  return {
    folder: folder ?? '',
    name: settings.name,
    config: written,
    stepsPerEpoch: stepsPerEpoch(good + defective, settings.training.batchSize),
    ...(progress === undefined ? {} : { resumedFrom: { epoch: progress.epoch - 1, step: progress.step } }),
  };
}
