import { describe, expect, it } from '@jest/globals';
import { defer, NEVER, of, Subject, throwError, timer } from 'rxjs';
import { concatMap, map } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { mapOnDemand } from './map-on-demand.js';
import { pull } from './pull.js';

const scheduler = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

describe('mapOnDemand', () => {
  it('starts the next projection only when there is a credit for it', () => {
    scheduler().run(({ cold, hot, expectObservable }) => {
      const source = cold(' (abcd|)');
      const credits = hot('x--x----x--x--');
      const expected = '   -a--b----c--(d|)';
      expectObservable(source.pipe(mapOnDemand((item) => timer(1).pipe(map(() => item)), credits))).toBe(expected);
    });
  });

  it('keeps the order and projects one at a time', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const source = cold(' (ab|)');
      const credits = cold('(xxx)');
      const expected = '   ---a-(b|)';
      const slow = (item: string) => timer(item === 'a' ? 3 : 2).pipe(map(() => item));
      expectObservable(source.pipe(mapOnDemand(slow, credits))).toBe(expected);
    });
  });

  it('passes an error of the source and of a projection at once', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const credits = cold('(xxx)');
      expectObservable(cold('a-#').pipe(mapOnDemand((item) => of(item), credits))).toBe('a-#');
      const failing = (item: string) => (item === 'b' ? throwError(() => 'error') : of(item));
      expectObservable(cold('a-b-c|').pipe(mapOnDemand(failing, credits))).toBe('a-#');
    });
  });

  it('unsubscribes from source, credits and the projection under way', () => {
    scheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = cold('     a------');
      const credits = hot('     x------');
      const inner = cold('      -------');
      const unsubscribe = '     ---!';
      expectObservable(source.pipe(mapOnDemand(() => inner, credits)), unsubscribe).toBe('-------');
      for (const part of [source, credits, inner]) expectSubscriptions(part.subscriptions).toBe('^--!');
    });
  });

  it('waits for a source or credits that never come', () => {
    scheduler().run(({ cold, expectObservable }) => {
      expectObservable(NEVER.pipe(mapOnDemand((item) => of(item), cold('(xx)')))).toBe('-');
      expectObservable(cold('a-|').pipe(mapOnDemand((item) => of(item), NEVER))).toBe('-');
    });
  });
});

/** Tracks how many results exist: from the start of their projection until the consumer asks for the next one. */
function meter() {
  let alive = 0;
  const seen = { most: 0 };
  return {
    seen,
    project: (item: number) =>
      defer(() => {
        alive++;
        seen.most = Math.max(seen.most, alive);
        return timer(0).pipe(map(() => item));
      }),
    used: () => {
      alive--;
    },
  };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 3));

describe('pull', () => {
  it.each([1, 2, 3])('never has more than %i results at once, however slow the consumer', async (limit) => {
    const { project, seen, used } = meter();
    const received: number[] = [];
    for await (const item of pull([1, 2, 3, 4, 5, 6, 7, 8], project, { limit })) {
      await pause();
      received.push(item);
      used();
    }
    expect(received).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(seen.most).toBe(limit);
  });

  it('holds back a source that pushes faster than anyone pulls', async () => {
    const started: number[] = [];
    const project = (item: number) => {
      started.push(item);
      return of(item);
    };
    const iterator = pull(
      Array.from({ length: 1000 }, (_, index) => index),
      project,
      { limit: 2 },
    )[Symbol.asyncIterator]();
    await pause();
    expect(started).toEqual([0, 1]);
    await iterator.next();
    await pause();
    expect(started).toEqual([0, 1]);
    await iterator.next();
    expect(started).toEqual([0, 1, 2]);
    await iterator.return?.();
  });

  it('projects several at once and keeps their order', async () => {
    let now = 0;
    let most = 0;
    const project = (item: number) =>
      defer(() => {
        most = Math.max(most, ++now);
        return timer(item % 2 === 0 ? 1 : 6).pipe(map(() => (now--, item)));
      });
    const received: number[] = [];
    for await (const item of pull([1, 2, 3, 4, 5, 6, 7], project, { limit: 4, atOnce: 3 })) received.push(item);
    expect(received).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('hands back what was used, once the next is asked for', async () => {
    const back: number[] = [];
    const release = (item: number) => void back.push(item);
    for await (const item of pull([1, 2, 3, 4], (value) => of(value), { limit: 2, release })) {
      expect(back).toEqual([1, 2, 3].slice(0, item - 1));
      if (item === 3) break;
    }
    expect(back).toEqual([1, 2]);
  });

  it('gives what came before an error, then the error, then nothing', async () => {
    const project = (item: number) => (item === 3 ? throwError(() => new Error('broken')) : of(item));
    const iterator = pull([1, 2, 3, 4], project, { limit: 1 })[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toBe(1);
    expect((await iterator.next()).value).toBe(2);
    await expect(iterator.next()).rejects.toThrow('broken');
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('stops the source when the loop is left', async () => {
    const source = new Subject<number>();
    const loop = (async () => {
      for await (const item of pull(source, (value) => of(value), { limit: 2 })) if (item === 2) break;
    })();
    await pause();
    source.next(1);
    source.next(2);
    await loop;
    expect(source.observed).toBe(false);
  });

  it('ends a consumer that waits for a source that never speaks', async () => {
    const iterator = pull(NEVER, (value) => of(value), { limit: 2 })[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('starts anew for each iteration', async () => {
    const source = pull([1, 2], (item) => of(item).pipe(concatMap((value) => [value * 10])), { limit: 1 });
    for (let round = 0; round < 2; round++) {
      const items: number[] = [];
      for await (const item of source) items.push(item);
      expect(items).toEqual([10, 20]);
    }
  });
});
