/** Those who follow a run: late ones, observers, and what is left in events.jsonl. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { definePlugin, type RunEvent } from '@foveate/contracts';
import { reduce, type RunState } from '@foveate/run-record';
import { readEvents, stateFromEvents } from '@foveate/run-record/node';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { z } from 'zod';
import { tinyDefaults, tinyPlugins } from '../../../../tools/testing/tiny-plugins.js';
import { createRunner } from '../runner.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-following-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const seen: RunEvent['type'][] = [];
const observer = (id: string, observe: (count: number) => void) =>
  definePlugin({
    meta: { kind: 'observer', id, contract: '^2', summary: 'Made for the test.' },
    options: z.strictObject({}),
    register: () => ({
      observe: (events) =>
        new Promise((resolve, reject) => {
          let count = 0;
          events.subscribe({
            next: (event) => {
              if (id === 'watcher') seen.push(event.type);
              try {
                observe(++count);
              } catch (error) {
                reject(error instanceof Error ? error : new Error('thrown'));
              }
            },
            complete: resolve,
          });
        }),
    }),
  });
const runner = createRunner({
  plugins: [
    ...tinyPlugins,
    observer('watcher', () => undefined),
    observer('breaks', (count) => {
      if (count === 3) throw new Error('the tracker is gone');
    }),
  ],
  defaults: tinyDefaults,
});

const run = async (name: string, more: object = {}, options: object = {}) => {
  const config = await runner.makeConfig({ name, ...more }, root);
  return runner.run(config, { folder: join(root, name), ...options });
};
const written = (name: string) => JSON.parse(readFileSync(join(root, name, 'run.json'), 'utf8')) as RunState;

describe('a run', () => {
  it('is one for all who subscribe, and a late one is told what has happened', async () => {
    const events = await run('shared');
    const late: RunEvent[] = [];
    const early: RunEvent[] = [];
    await events.forEach((event) => {
      early.push(event);
      if (event.type === 'epoch' && event.record.epoch === 2) events.subscribe((one) => late.push(one));
    });
    expect(early.filter(({ type }) => type === 'run-start')).toHaveLength(1);
    expect(late.filter(({ type }) => type !== 'step')).toEqual(early.filter(({ type }) => type !== 'step'));
    let state: RunState;
    for (const event of late) state = reduce(state, event);
    expect({ ...state, timing: 0 }).toEqual({ ...written('shared'), timing: 0 });
    // Whoever comes after the end is told as well, and starts nothing.
    expect((await lastValueFrom(events.pipe(toArray()))).at(-1)).toEqual(early.at(-1));
  });

  it('stops when nobody is left', async () => {
    const events = await run('left');
    await new Promise<void>((resolve) => {
      const subscription = events.subscribe((event) => {
        if (event.type !== 'step') return;
        subscription.unsubscribe();
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(existsSync(join(root, 'left', 'run.lock'))).toBe(false);
    expect(written('left')?.status).toBe('running');
  });

  it('leaves events from which its record can be made again, also after a stop and a kill', async () => {
    const stop = new AbortController();
    await (
      await run('kept', {}, { signal: stop.signal })
    ).forEach((event) => {
      if (event.type === 'step' && event.epoch === 2) stop.abort();
    });
    expect(await stateFromEvents(join(root, 'kept'))).toEqual(written('kept'));
    // A line that a killed process left unfinished.
    appendFileSync(join(root, 'kept', 'events.jsonl'), '{"at":1,"type":"ste');
    await lastValueFrom(await run('kept', {}, { resume: true }));
    expect(written('kept')?.status).toBe('completed');
    expect(await stateFromEvents(join(root, 'kept'))).toEqual(written('kept'));
    const types: string[] = [];
    for await (const { type } of readEvents(join(root, 'kept'))) types.push(type);
    expect(types.filter((type) => type === 'begin')).toHaveLength(2);
  });

  it('says at the end of its events why it failed', async () => {
    const config = { training: { epochs: 2, monitor: 'acuracy' } };
    await expect(lastValueFrom(await run('failed', config))).rejects.toThrow("Did you mean 'accuracy'?");
    expect(await stateFromEvents(join(root, 'failed'))).toEqual(written('failed'));
    expect(readFileSync(join(root, 'failed', 'events.jsonl'), 'utf8')).toMatch(
      /"type":"failed","message":"training.monitor/,
    );
  });
});

describe('observers', () => {
  it('see every event, and one that fails neither breaks the run nor blinds the others', async () => {
    const events = await lastValueFrom(
      (await run('observed', { observers: ['breaks', 'watcher', 'csv'] })).pipe(toArray()),
    );
    expect(events.at(-1)).toMatchObject({ type: 'run-end', status: 'completed' });
    const message = "The observer 'breaks' is left out from here on: the tracker is gone";
    expect(events).toContainEqual({ type: 'warning', message });
    const types = events.map(({ type }) => type);
    expect(seen.filter((type) => type !== 'warning')).toEqual(
      types.slice(types.indexOf('begin')).filter((type) => type !== 'warning'),
    );
    expect(readFileSync(join(root, 'observed/logs/epochs.csv'), 'utf8').trim().split('\n')).toHaveLength(4);
  });
});
