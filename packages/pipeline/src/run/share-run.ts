import type { RunEvent } from '@foveate/contracts';
import { isKept } from '@foveate/run-record';
import { Observable, Subject, type Subscription } from 'rxjs';

interface Session {
  readonly events: Subject<RunEvent>;
  /** What a late follower is told first. */
  readonly before: RunEvent[];
  run?: Subscription;
  ended: boolean;
}

/**
 * One run for all who subscribe: the first starts it, later ones get what has happened (of steps, those that `events.jsonl`
 * keeps) and then what happens. It is stopped when nobody is left; subscribing again then starts it anew.
 */
export function shareRun(source: Observable<RunEvent>): Observable<RunEvent> {
  let session: Session | undefined;
  let followers = 0;
  return new Observable((subscriber) => {
    const mine = (session ??= { events: new Subject(), before: [], ended: false });
    for (const event of mine.before) subscriber.next(event);
    followers++;
    subscriber.add(mine.events.subscribe(subscriber));
    subscriber.add(() => {
      if (--followers > 0) return;
      mine.run?.unsubscribe();
      if (!mine.ended && session === mine) session = undefined;
    });
    mine.run ??= source.subscribe({
      next: (event) => {
        if (isKept(event)) mine.before.push(event);
        mine.events.next(event);
      },
      error: (error: unknown) => {
        mine.ended = true;
        mine.events.error(error);
      },
      complete: () => {
        mine.ended = true;
        mine.events.complete();
      },
    });
  });
}
