/** What is asked of stages that others write, and the stages that may stand in a pipeline. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { configReader } from '@foveate/assembly';
import { defineStage, type AnyPlugin, type LabelledItem, type RunEvent } from '@foveate/contracts';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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
    await expect(run(['ingest', 'mask', 'write-masks'])).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(run(['ingest', 'mask', { id: 'write-masks', folder: '../out' }], [], {}, root)).rejects.toMatchObject({
      code: expect.any(String),
    });
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
