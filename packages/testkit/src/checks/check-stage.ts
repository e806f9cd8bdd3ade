import { isFoveateError, portFault, messageOf, type Plugin, type RunEvent, type StageRun } from '@foveate/contracts';
import { firstValueFrom, lastValueFrom, NEVER, Observable, of, Subject, timeout, toArray } from 'rxjs';
import { broken, builtAndDescribed, frozen, same, type CheckSetting } from './broken.js';

/** What a stage is checked with. */
export interface StageSetting extends CheckSetting {
  /** What it is given, of the port that it takes; nothing for one that starts a pipeline. At least two items otherwise. */
  readonly items?: readonly unknown[];
  /** Configuration of the run it is told of. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Folder of the run; left out: there is none. */
  readonly folder?: string;
}

/** Seconds after which a stage that has all of its input counts as stuck. */
const patience = 10;

/**
 * Checks a stage: it declares its ports, does nothing before the subscription, gives what its port says, hands on skips, ends
 * after its input does and not before, passes on the error of its input, and stops listening when nobody listens to it.
 * @throws FoveateError `PLUGIN_INVALID` naming what is broken
 */
export async function checkStage(plugin: Plugin<'stage'>, setting: StageSetting = {}): Promise<void> {
  const { takes, gives } = plugin;
  if (takes === undefined || typeof gives !== 'string') throw broken(plugin, 'It does not say what it takes and gives');
  const { items = [], config = {}, folder } = setting;
  const events: RunEvent[] = [];
  const run: StageRun = { folder, config, signal: new AbortController().signal, emit: (event) => events.push(event) };
  const operator = await builtAndDescribed(plugin, { ...setting, run });
  let subscriptions = 0;
  const counted = (input: Observable<unknown>): Observable<never> =>
    new Observable<unknown>((subscriber) => {
      subscriptions++;
      return input.subscribe(subscriber);
    }) as Observable<never>;
  const outputOf = (input: Observable<unknown>) => ended(plugin, operator(counted(input)));

  const input = frozen(items);
  const output = operator(counted(of(...input)));
  if (!(output instanceof Observable)) throw broken(plugin, 'It gives no Observable');
  await Promise.resolve();
  if (subscriptions > 0) throw broken(plugin, 'It subscribes to its input before anybody subscribes to it');
  const given = await ended(plugin, output).catch((error: unknown) => {
    throw isFoveateError(error) ? error : broken(plugin, `It fails: ${messageOf(error)}`);
  });
  if (takes !== null && subscriptions === 0) throw broken(plugin, 'It does not listen to its input');
  for (const item of given) {
    const fault = portFault(gives, item);
    if (fault !== undefined) throw broken(plugin, `It gives ${fault}`, { expected: `items of port ${gives}` });
  }
  if (takes === null) return;

  if (takes === gives && ['sample', 'labelled-sample'].includes(gives)) {
    const skip = frozen({ skip: { path: 'testkit', reason: 'test', message: 'Left out by the test.' } });
    const withSkip = await outputOf(of(skip, ...input));
    if (!withSkip.some((item) => same(item, skip))) throw broken(plugin, 'It does not hand on the skips of others');
  }
  await requireRelease(plugin, operator as (items: Observable<unknown>) => Observable<unknown>, input);
  const failure = new Error('the input failed');
  const source = new Subject<unknown>();
  const failing = ended(plugin, operator(counted(source))).then(
    () => undefined,
    (error: unknown) => error,
  );
  for (const item of input) source.next(item);
  source.error(failure);
  if ((await failing) !== failure) throw broken(plugin, 'It does not pass on the error of its input');
}

/** All that comes out; an end is asked for, once the input has ended. */
function ended(plugin: Plugin<'stage'>, output: Observable<unknown>): Promise<readonly unknown[]> {
  const late = () => {
    throw broken(plugin, `It has had all of its input and does not end within ${String(patience)} s`);
  };
  return lastValueFrom(output.pipe(toArray(), timeout({ first: 1000 * patience, with: late })));
}

async function requireRelease(
  plugin: Plugin<'stage'>,
  operator: (items: Observable<unknown>) => Observable<unknown>,
  input: readonly unknown[],
): Promise<void> {
  const source = new Subject<unknown>();
  const endless = new Observable<unknown>((subscriber) => {
    subscriber.add(source.subscribe(subscriber));
    return NEVER.subscribe(subscriber);
  });
  let isOver = false;
  let failed: unknown;
  const subscription = operator(endless).subscribe({
    complete: () => (isOver = true),
    error: (error: unknown) => (failed = error),
  });
  // Operators may wait for a service before they listen.
  for (let wait = 0; wait < 50 && !source.observed; wait++) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const item of input) source.next(item);
  await firstValueFrom(of(undefined));
  if (failed !== undefined) throw broken(plugin, `It fails: ${messageOf(failed)}`);
  if (isOver) throw broken(plugin, 'It ends before its input does');
  subscription.unsubscribe();
  if (source.observed) throw broken(plugin, 'It goes on listening when nobody listens to it');
}
