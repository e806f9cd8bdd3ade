/** What is asked of stages that others write, and the stages that may stand in a pipeline. */
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { configReader } from '@foveate/assembly';
import { defineStage, type AnyPlugin, type LabelledItem, type RunEvent } from '@foveate/contracts';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, lastValueFrom, map, NEVER, Observable, of, tap, toArray, type OperatorFunction } from 'rxjs';
import { z } from 'zod';
import { tinyDefaults, tinyPlugins } from '../../../tools/testing/tiny-plugins.js';
import { pixelFacts } from './data/facts.js';
import { pipelineOf, RunScope, through } from './index.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-pipeline-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Operator = OperatorFunction<LabelledItem, LabelledItem>;

/** A stage of somebody else, between mask and split. */
function stranger(operator: Operator, more: object = {}): AnyPlugin {
  return defineStage({
    meta: { kind: 'stage', id: 'stranger', contract: '^2', summary: 'Made for the test.' },
    takes: 'labelled-sample',
    gives: 'labelled-sample',
    ...more,
    options: z.strictObject({}),
    register: () => operator,
  });
}

async function run(
  pipeline: readonly unknown[],
  plugins: readonly AnyPlugin[] = [],
  data: object = {},
  folder?: string,
) {
  const reader = configReader({ plugins: [...tinyPlugins, ...plugins], defaults: tinyDefaults });
  const config = await reader.makeConfig({ pipeline, data }, root);
  const scope = await RunScope.open(config, reader.registry, folder === undefined ? {} : { folder });
  const events: RunEvent[] = [];
  scope.events.subscribe((event) => events.push(event));
  try {
    const items = await lastValueFrom(through(await pipelineOf(scope), scope).pipe(toArray()));
    return { items: items as LabelledItem[], events };
  } finally {
    await scope.close();
  }
}

const around = ['ingest', 'mask', 'stranger'];
const idsOf = (items: readonly LabelledItem[]) =>
  items.flatMap((item) => ('sample' in item ? [item.sample.id] : [])).sort();

describe('a stage of somebody else', () => {
  it('stands between ours and is given what it takes', async () => {
    const seen: string[] = [];
    const { items } = await run(around, [stranger(tap((item) => 'sample' in item && seen.push(item.sample.id)))]);
    expect(items).toHaveLength(32);
    expect(seen.sort()).toEqual(idsOf(items));
  });

  it('that ends before its input does leaves no timer behind', async () => {
    const [set, clear] = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'clearTimeout')];
    const hasty: Operator = (items) =>
      new Observable((out) => {
        out.complete();
        items.subscribe();
      });
    await run(around, [stranger(hasty, { patience: 123 })]).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const cleared = new Set<unknown>(clear.mock.calls.map(([timer]) => timer));
    const timers = set.mock.results.filter((_, i) => set.mock.calls[i]?.[1] === 123_000).map(({ value }) => value);
    set.mockRestore();
    clear.mockRestore();
    expect(timers.length).toBeGreaterThan(0);
    expect(timers.filter((timer) => !cleared.has(timer))).toEqual([]);
  });

  const failing = new TypeError('ids have no colour');
  it.each<readonly [string, Operator, string]>([
    [
      'throws on an item',
      map((item) => {
        if ('sample' in item && item.sample.id === 'good/003') throw failing;
        return item;
      }),
      "good/003: The stage 'stranger' failed: ids have no colour",
    ],
    [
      'throws at once',
      () => {
        throw failing;
      },
      "The stage 'stranger' failed: ids have no colour",
    ],
    ['gives no stream', () => undefined as never, "The stage 'stranger' failed: it gave no Observable"],
    ['gives what is no sample', map(() => 7 as never), "The stage 'stranger' gave 7, which is no sample and no skip"],
    [
      'gives a sample without label',
      map((item) => ('sample' in item ? { sample: { ...item.sample, label: 2 as never } } : item)),
      'gave a sample with label 2, which is neither 0 nor 1',
    ],
    [
      'gives half a skip',
      map(() => ({ skip: { path: 'x' } }) as never),
      'gave a skip without path, reason and message',
    ],
    [
      'gives something after it has ended',
      (items) =>
        new Observable((out) => {
          out.next({ skip: { path: 'late', reason: 'r', message: 'm' } });
          out.complete();
          setTimeout(() => out.next({ skip: { path: 'later', reason: 'r', message: 'm' } }), 5);
          items.subscribe();
        }),
      "later: The stage 'stranger' gave something after it had ended",
    ],
  ])('that %s is named', async (_, operator, message) => {
    const slow = (items: Observable<LabelledItem>) =>
      concat(
        items,
        new Observable<never>((out) => {
          setTimeout(() => out.complete(), 3000);
        }),
      );
    const last = defineStage({
      meta: { kind: 'stage', id: 'slow', contract: '^2', summary: 'Ends later.' },
      takes: 'labelled-sample',
      gives: 'labelled-sample',
      options: z.strictObject({}),
      register: () => slow,
    });
    await expect(run([...around, 'slow'], [stranger(operator), last])).rejects.toMatchObject({
      code: 'STAGE_FAILED',
      message: expect.stringContaining(message),
    });
  });

  it('that never ends is named, once it has had its time', async () => {
    const endless: Operator = (items) => concat(items, NEVER);
    const waiting = setInterval(() => undefined, 50);
    await expect(run(around, [stranger(endless, { patience: 0.2 })])).rejects.toMatchObject({
      code: 'STAGE_FAILED',
      message: expect.stringContaining("The stage 'stranger' has had all of its input and does not end"),
    });
    clearInterval(waiting);
  });

  it('that never takes its input is named, too', async () => {
    await expect(run(around, [stranger(() => NEVER, { patience: 0.2 })])).rejects.toMatchObject({
      code: 'STAGE_FAILED',
      message: expect.stringContaining("The stage 'stranger' does not take its input and does not end"),
    });
  });

  const textless = {
    toString: () => {
      throw new Error('no text');
    },
  };
  it.each([
    ['undefined', undefined, 'failed: undefined'],
    ['what has no text', textless, 'failed: something was thrown that has no text'],
  ])('may throw %s', async (_, thrown, message) => {
    const throwing: Operator = map(() => {
      throw thrown;
    });
    await expect(run(around, [stranger(throwing)])).rejects.toMatchObject({
      code: 'STAGE_FAILED',
      message: expect.stringContaining(`The stage 'stranger' ${message}`),
    });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no disk');
      },
      "The stage 'stranger' cannot be built: no disk",
    ],
    ['gives nothing', () => undefined, "stage 'stranger' gives no service: its 'register' returned undefined"],
  ])('is named when its register %s', async (_, register, message) => {
    const plugin = { ...stranger((items) => items), register } as unknown as AnyPlugin;
    await expect(run(around, [plugin])).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('is not blamed for the errors of the stages before it', async () => {
    const broken = tinyPlugins.map((plugin) =>
      plugin.meta.kind === 'source'
        ? {
            ...plugin,
            register: () => ({
              scan: () => {
                throw new Error('the disk is gone');
              },
              load: () => Promise.reject(failing),
            }),
          }
        : plugin,
    ) as AnyPlugin[];
    const reader = configReader({ plugins: [...broken, stranger(map((item) => item))], defaults: tinyDefaults });
    const scope = await RunScope.open(await reader.makeConfig({ pipeline: around }, root), reader.registry);
    const out = lastValueFrom(through(await pipelineOf(scope), scope));
    await expect(out).rejects.toMatchObject({
      message: expect.stringContaining("The stage 'ingest' failed: the disk is gone"),
    });
    await scope.close();
  });
});

describe('filter', () => {
  it('keeps and leaves out by class and by what is measured, each with its reason', async () => {
    const keep = await run(['ingest', 'mask', { id: 'filter', keep: { class: 'defective' } }]);
    expect(idsOf(keep.items)).toHaveLength(16);
    const skips = keep.items.flatMap((item) => ('skip' in item ? [item.skip] : []));
    expect(skips[0]).toMatchObject({ reason: 'filter-class', message: 'Not kept: it is good' });
    // Good images are of one grey, 20 to 35.
    const bright = { id: 'filter', skip: { brightness: { most: 30 }, class: 'good' } };
    const { items } = await run(['ingest', 'mask', bright]);
    expect(idsOf(items)).toHaveLength(16 + 5);
    const contrast = await run([
      'ingest',
      'mask',
      { id: 'filter', keep: { contrast: { least: 1 }, width: { least: 16, most: 16 } } },
    ]);
    expect(idsOf(contrast.items).every((id) => id.startsWith('spot'))).toBe(true);
  });

  it('measures sharpness and area as they are defined', () => {
    const data = new Uint8Array(25).fill(100);
    data[12] = 120;
    const image = { width: 5, height: 5, channels: 1, data } as const;
    const aoi = { ...image, data: new Uint8Array(25).fill(255, 0, 5) } as const;
    // Laplacian of the nine inner pixels: -80 in the middle, 20 beside it, 0 in the corners.
    expect(pixelFacts(image, aoi)).toMatchObject({ width: 5, height: 5, brightness: 100.8, aoiShare: 0.2 });
    expect(pixelFacts(image, aoi).sharpness).toBeCloseTo((6400 + 4 * 400) / 9, 6);
    expect(pixelFacts(image, aoi).contrast).toBeCloseTo(Math.sqrt((24 * 0.64 + 19.2 ** 2) / 25), 5);
  });
});

describe('sample', () => {
  it('keeps so many of each class, the same for the same seed, whatever the order', async () => {
    const first = await run(['ingest', 'mask', { id: 'sample', good: 5, defective: 3 }]);
    expect(idsOf(first.items)).toHaveLength(8);
    const again = await run(['ingest', 'mask', { id: 'sample', good: 5, defective: 3 }]);
    expect(idsOf(again.items)).toEqual(idsOf(first.items));
    expect(first.events).toContainEqual({
      type: 'notice',
      message: "The stage 'sample' keeps 5 of 16 good and 3 of 16 defective samples.",
    });
  });
});

describe('write-masks', () => {
  it('writes areas, defects and labels, and hands everything on', async () => {
    const { items } = await run(
      ['ingest', 'mask', 'write-masks'],
      [],
      { source: { id: 'tiny', good: 2, defective: 1 } },
      root,
    );
    expect(items).toHaveLength(3);
    const lines = readFileSync(join(root, 'masks/labels.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; label: string; aoi: string; defects: { mask: string }[] });
    expect(lines.map(({ id, label }) => [id, label])).toEqual([
      ['good/000', 'good'],
      ['good/001', 'good'],
      ['spot/002', 'defective'],
    ]);
    const files = readdirSync(join(root, 'masks'), { recursive: true }) as string[];
    for (const { aoi, defects } of lines)
      for (const path of [aoi, ...defects.map(({ mask }) => mask)]) expect(files).toContain(path);
    // A run that writes nothing hands on.
    expect(
      (await run(['ingest', 'mask', 'write-masks'], [], { source: { id: 'tiny', good: 2 } })).items,
    ).not.toHaveLength(0);
    await expect(run(['ingest', 'mask', { id: 'write-masks', folder: '../out' }], [], {}, root)).rejects.toMatchObject({
      code: expect.any(String),
    });
  });
});

describe('masks of samples whose names are alike', () => {
  const named = (ids: readonly string[], types: readonly string[]): AnyPlugin[] =>
    tinyPlugins.map((plugin): AnyPlugin =>
      plugin.meta.kind !== 'source'
        ? plugin
        : ({
            ...plugin,
            register: () => ({
              async *scan() {
                for (const id of ids) yield { sample: { id, defectTypes: types, ref: id } };
              },
              load: () => {
                const mask = { width: 16, height: 16, channels: 1 as const, data: new Uint8Array(256).fill(255) };
                const image = { width: 16, height: 16, channels: 3 as const, data: new Uint8Array(768) };
                return Promise.resolve({ image, defects: types.map((type) => ({ type, mask })) });
              },
            }),
          } as AnyPlugin),
    );
  const write = async (ids: readonly string[], types: readonly string[], folder: string) => {
    const reader = configReader({ plugins: named(ids, types), defaults: tinyDefaults });
    const config = await reader.makeConfig({ pipeline: ['ingest', 'mask', 'write-masks'] }, root);
    const scope = await RunScope.open(config, reader.registry, { folder });
    try {
      await lastValueFrom(through(await pipelineOf(scope), scope).pipe(toArray()));
    } finally {
      await scope.close();
    }
    return (readdirSync(join(folder, 'masks'), { recursive: true }) as string[]).filter((name) =>
      name.endsWith('.png'),
    );
  };

  it('do not meet', async () => {
    const folder = mkdtempSync(join(root, 'alike-'));
    const files = await write(['a', 'A', 'a-b', 'con', '../a'], ['c', 'b-c', 'c'], folder);
    expect(files).toHaveLength(5 * 4);
    expect(new Set(files.map((name) => name.toLowerCase())).size).toBe(20);
  });

  it('are refused when a sample comes twice, and not written through a link', async () => {
    const folder = mkdtempSync(join(root, 'alike-'));
    await expect(write(['a', 'a'], ['c'], folder)).rejects.toMatchObject({ code: 'DATA_INVALID' });
    const linked = mkdtempSync(join(root, 'alike-'));
    mkdirSync(join(linked, 'masks'));
    symlinkSync(folder, join(linked, 'masks', 'aoi'));
    await expect(write(['b'], ['c'], linked)).rejects.toMatchObject({ code: 'RUN_INVALID' });
  });
});

it('hands skips of one stage on to the end', async () => {
  const skipping: Operator = (items) => concat(of({ skip: { path: 'a', reason: 'r', message: 'm' } }), items);
  const { items } = await run(
    ['ingest', 'mask', 'stranger', 'deduplicate', { id: 'sample', good: 1 }],
    [stranger(skipping)],
  );
  expect(items).toContainEqual({ skip: { path: 'a', reason: 'r', message: 'm' } });
});
