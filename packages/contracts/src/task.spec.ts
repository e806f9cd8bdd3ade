import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, isObservable, lastValueFrom, NEVER, of, toArray } from 'rxjs';
import { abortable, task } from './task.js';

const counting = (log: string[] = []) =>
  task(async ({ progress, signal }) => {
    for (let done = 1; done <= 3; done++) {
      signal.throwIfAborted();
      log.push(`did ${String(done)}`);
      progress('steps', done, 3);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return 'done';
  });

describe('a task', () => {
  it('tells how far it has come and ends with its result', async () => {
    expect(isObservable(counting())).toBe(true);
    const events = await lastValueFrom(counting().pipe(toArray()));
    expect(events.map(({ type }) => type)).toEqual(['progress', 'progress', 'progress', 'result']);
    expect(events[1]).toEqual({ type: 'progress', what: 'steps', done: 2, total: 3 });
    expect(events.at(-1)).toEqual({ type: 'result', result: 'done' });
  });

  it('can be awaited, and does nothing before', async () => {
    const log: string[] = [];
    const waiting = counting(log);
    await Promise.resolve();
    expect(log).toEqual([]);
    expect(await waiting).toBe('done');
    await expect(task(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('is cancelled by unsubscribing, and by its signal', async () => {
    const log: string[] = [];
    await firstValueFrom(counting(log));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(log).toEqual(['did 1']);
    const stop = new AbortController();
    const stopped = task(({ signal }) => lastValueFrom(abortable(NEVER, signal)), { signal: stop.signal });
    const failed = stopped.result().catch((error: unknown) => error);
    stop.abort();
    expect(await failed).toBe(stop.signal.reason);
    const before = task(() => Promise.resolve(1), { signal: AbortSignal.abort() });
    await expect(before).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('lets a stream pass that nobody stops', async () => {
    expect(await lastValueFrom(abortable(of(1, 2), new AbortController().signal))).toBe(2);
  });
});
