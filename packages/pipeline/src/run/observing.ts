/** Observers of a run: they see every event, and can neither slow nor break the run. */
import type { ObservedRun, RunEvent } from '@foveate/contracts';
import type { RunScope } from '@foveate/stages';
import { stepsPerEpoch } from '@foveate/trainer';
import { Observable, Subject, Subscription } from 'rxjs';

/**
 * Has the observers of a configuration follow a run from its `begin` on. One that fails is left out from then on, which a
 * warning says.
 * @returns ends the observation
 */
export function observing(scope: RunScope): Subscription {
  const subscription = new Subscription();
  const { observers } = scope.settings;
  if (observers.length === 0) return subscription;
  const outlets: Subject<RunEvent>[] = [];
  const close = () => {
    for (const outlet of outlets) if (!outlet.closed) outlet.complete();
  };
  const start = (begin: Extract<RunEvent, { type: 'begin' }>) => {
    const run = observedRun(scope, begin);
    for (const [index, { id }] of observers.entries()) {
      const outlet = new Subject<RunEvent>();
      outlets.push(outlet);
      // Held back until the observer is built; events are few until then.
      const waiting: RunEvent[] = [];
      const early = outlet.subscribe((event) => waiting.push(event));
      const events = new Observable<RunEvent>((follower) => {
        early.unsubscribe();
        for (const event of waiting.splice(0)) follower.next(event);
        return outlet.subscribe(follower);
      });
      const done = scope
        .list('observer')
        .then((built) => built[index]?.observe(events, run))
        .catch((error: unknown) => {
          outlet.unsubscribe();
          const message = error instanceof Error ? error.message : String(error);
          scope.emit({ type: 'warning', message: `The observer '${id}' is left out from here on: ${message}` });
        });
      scope.onClose(() => {
        if (!outlet.closed) outlet.complete();
        return done;
      });
    }
  };
  subscription.add(
    scope.events.subscribe({
      next: (event) => {
        if (event.type === 'begin') start(event);
        for (const outlet of outlets) tell(outlet, event);
      },
      complete: close,
    }),
  );
  subscription.add(close);
  return subscription;
}

function tell(outlet: Subject<RunEvent>, event: RunEvent): void {
  if (!outlet.closed) outlet.next(event);
}

function observedRun(
  { settings, folder, config, keeper }: RunScope,
  { record }: Extract<RunEvent, { type: 'begin' }>,
): ObservedRun {
  const { good, defective } = record.data.counts.train;
  const progress = keeper?.checkpoint?.progress;
  return {
    folder: folder ?? '',
    name: settings.name,
    config,
    stepsPerEpoch: stepsPerEpoch(good + defective, settings.training.batchSize),
    ...(progress === undefined ? {} : { resumedFrom: { epoch: progress.epoch - 1, step: progress.step } }),
  };
}
