/** Those who follow a run: late ones, observers, and what is left in events.jsonl. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { definePlugin, defineStage, type RunEvent, type RunObserver } from '@foveate/contracts';
import { reduce, type RunState } from '@foveate/run-record';
import { readEvents, stateFromEvents } from '@foveate/run-record/node';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, tap, toArray } from 'rxjs';
import { z } from 'zod';
import { tinyDefaults, tinyPlugins } from '../../../../tools/testing/tiny-plugins.js';
import { RunScope } from '@foveate/stages';
import { createRunner } from '../runner.js';
import { observing } from './observing.js';

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
const stop = new AbortController();
const rude = (id: string, observe: RunObserver['observe']) =>
  definePlugin({
    meta: { kind: 'observer', id, contract: '^2', summary: 'Made for the test.' },
    options: z.strictObject({}),
    register: () => ({ observe }),
  });
const runner = createRunner({
  plugins: [
    ...tinyPlugins,
    observer('watcher', () => undefined),
    observer('breaks', (count) => {
      if (count === 3) throw new Error('the tracker is gone');
    }),
    rude('throws-aside', (events) => {
      events.subscribe(() => {
        throw new Error('not me');
      });
      return Promise.resolve();
    }),
    rude('writes-on-events', (events) =>
      events.forEach((event) => {
        if (event.type === 'epoch') (event.record as { epoch: number }).epoch = 99;
      }),
    ),
    rude('never-done', () => new Promise(() => undefined)),
    definePlugin({
      meta: { kind: 'observer', id: 'unbuilt', contract: '^2', summary: 'Made for the test.' },
      options: z.strictObject({}),
      register: () => {
        throw new Error('no tracker');
      },
    }),
    defineStage({
      meta: { kind: 'stage', id: 'stops', contract: '^2', summary: 'Made for the test.' },
      takes: 'labelled-sample',
      gives: 'labelled-sample',
      options: z.strictObject({}),
      register: () => (items) => items.pipe(tap(() => stop.abort())),
    }),
    definePlugin({
      meta: { kind: 'metric', id: 'confused', contract: '^2', summary: 'Made for the test.' },
      options: z.strictObject({}),
      register: () => ({
        measure: () => {
          throw new Error('no room in its mind');
        },
      }),
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
    await expect(lastValueFrom(await run('failed', { metrics: ['confused'] }))).rejects.toThrow('no room in its mind');
    expect(await stateFromEvents(join(root, 'failed'))).toEqual(written('failed'));
    expect(readFileSync(join(root, 'failed', 'events.jsonl'), 'utf8')).toMatch(
      /"type":"failed","message":"[^"]*no room/,
    );
  });

  it('takes the place of an older one only when its monitor is a figure that there is', async () => {
    await lastValueFrom(await run('monitored'));
    const before = written('monitored');
    for (const monitor of ['acuracy', '__proto__', 'toString']) {
      const again = run('monitored', { training: { epochs: 1, monitor } }, { overwrite: true });
      await expect(again.then(lastValueFrom)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
    expect(written('monitored')).toEqual(before);
    expect(existsSync(join(root, 'monitored', 'best.safetensors'))).toBe(true);
  });

  it('that is left while its folder is opened gives it back', async () => {
    (await run('left-early')).subscribe().unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(existsSync(join(root, 'left-early'))).toBe(false);
  });

  it('remembers what was said before it began', async () => {
    const pipeline = ['ingest', 'mask', { id: 'sample', good: 8, defective: 8 }, 'split', 'train', 'measure'];
    await lastValueFrom(await run('early', { pipeline }));
    expect(written('early')?.remarks).toContain("The stage 'sample' keeps 8 of 16 good and 8 of 16 defective samples.");
    expect(await stateFromEvents(join(root, 'early'))).toEqual(written('early'));
  });
});

describe('a pipeline that trains nothing', () => {
  const pipeline = ['ingest', 'mask', 'write-masks'];

  it('can be stopped, is not replaced unasked, and says when nothing came through', async () => {
    const cut = await run('masks', { pipeline: ['ingest', 'mask', 'stops', 'write-masks'] }, { signal: stop.signal });
    expect(await lastValueFrom(cut)).toMatchObject({ type: 'run-end', status: 'interrupted' });
    await lastValueFrom(await run('masks', { pipeline }, { overwrite: true }));
    await expect(run('masks', { pipeline }).then(lastValueFrom)).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    const resumed = run('masks', { pipeline }, { resume: true }).then(lastValueFrom);
    await expect(resumed).rejects.toMatchObject({
      code: 'RUN_INVALID',
      message: expect.stringContaining('--overwrite'),
    });
    const none = [...pipeline.slice(0, 2), { id: 'filter', keep: { width: { least: 9999 } } }];
    const ended = await lastValueFrom((await run('none', { pipeline: none })).pipe(toArray()));
    expect(ended).toContainEqual({ type: 'warning', message: 'Nothing came through the pipeline.' });
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

  it('that throw where nobody waits, change events, or cannot be built leave run and others alone', async () => {
    const observers = ['throws-aside', 'writes-on-events', 'unbuilt', 'csv'];
    const events = await lastValueFrom((await run('rude', { observers })).pipe(toArray()));
    expect(events.at(-1)).toMatchObject({ type: 'run-end', status: 'completed' });
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    expect(warnings).toEqual(
      expect.arrayContaining([
        expect.stringContaining("The observer 'throws-aside' is left out from here on: not me"),
        expect.stringContaining(
          "The observer 'unbuilt' is left out from here on: The observer 'unbuilt' cannot be built",
        ),
      ]),
    );
    expect(events.flatMap((event) => (event.type === 'epoch' ? [event.record.epoch] : []))).toEqual([1, 2, 3]);
    expect(readFileSync(join(root, 'rude/logs/epochs.csv'), 'utf8').trim().split('\n')).toHaveLength(4);
  });

  it('that are never done are waited for some time only', async () => {
    const config = await runner.makeConfig({ observers: ['never-done'] }, root);
    const scope = await RunScope.open(config, runner.registry);
    const told: RunEvent[] = [];
    scope.events.subscribe((event) => told.push(event));
    observing(scope, 0.05);
    scope.emit({ type: 'begin', record: { data: { counts: { train: { good: 1, defective: 1 } } } } } as never);
    await scope.close();
    expect(told.at(-1)).toMatchObject({
      type: 'warning',
      message: expect.stringContaining('it was not done 0.05 seconds'),
    });
  });
});
