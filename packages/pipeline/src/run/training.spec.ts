import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RunEvent } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import { lastValueFrom, tap, toArray } from 'rxjs';
import { decoded, tinyDefaults, tinyPlugins } from '../../../../tools/testing/tiny-plugins.js';
import { createRunner } from '../runner.js';
import type { RunOptions } from './run.js';

const runner = createRunner({ plugins: tinyPlugins, defaults: tinyDefaults });
const root = mkdtempSync(join(tmpdir(), 'foveate-training-'));
let count = 0;
let folder = '';

beforeEach(() => {
  folder = join(root, String(++count));
  decoded.length = 0;
});

async function events(
  config: object,
  options: Partial<RunOptions> = {},
  on: (event: RunEvent) => void = () => undefined,
): Promise<readonly RunEvent[]> {
  const valid = await runner.makeConfig({ name: 'tiny', ...config }, root);
  return lastValueFrom(runner.run(valid, { folder, ...options }).pipe(tap(on), toArray()));
}

const record = (of = folder) => JSON.parse(readFileSync(join(of, 'run.json'), 'utf8')) as RunRecord;
const losses = (list: readonly RunEvent[]) => list.flatMap((event) => (event.type === 'step' ? [event.loss] : []));

describe('training the head alone', () => {
  const data = { source: 'tiny', augment: [], cache: 'none' };
  const head = (options: object = {}) => ({ data, training: { epochs: 3, batchSize: 4, train: 'head', ...options } });

  it('decodes no image twice for the trunk and comes to the same numbers', async () => {
    const without = losses(await events(head({ featureCache: false })));
    const uncached = decoded.length;
    expect(readdirSync(folder)).not.toContain('features');
    folder = join(root, 'cached');
    decoded.length = 0;
    const list = await events(head());
    losses(list).forEach((loss, index) => expect(Math.abs(loss - without[index]!)).toBeLessThan(1e-6));
    // 16 training and 8 validation samples, in the two epochs more and when the validation split is measured.
    expect(uncached - decoded.length).toBe(2 * (16 + 8) + 8);
    expect(list).toContainEqual({
      type: 'notice',
      message: expect.stringContaining('The first 1 of 1 stages are frozen'),
    });
    const { epochs, remarks, test } = record();
    expect(epochs.map(({ trunk }) => [trunk?.read, trunk?.computed])).toEqual([
      [0, 24],
      [24, 0],
      [24, 0],
    ]);
    expect(remarks).toHaveLength(1);
    expect(test?.['loss']).toBeCloseTo(record(join(root, String(count))).test?.['loss'] as number, 6);
  });

  it('shares features between runs', async () => {
    const shared = head({ featureCache: { folder: 'shared' } });
    const first = losses(await events(shared));
    folder = join(root, 'second');
    expect(losses(await events({ ...shared, optimizer: { id: 'sgd', learningRate: 0.05 } }))).not.toEqual(first);
    expect(record().epochs.map(({ trunk }) => trunk?.computed)).toEqual([0, 0, 0]);
  });

  it('keeps features of augmented images where there are finitely many', async () => {
    const varied = { data: { augmentVariants: 2 }, training: { epochs: 4, batchSize: 4, train: 'head' } };
    const list = await events(varied);
    const computed = record().epochs.map(({ trunk }) => trunk?.computed);
    // Of these plain images some are alike in both variants.
    expect(computed[1]).toBeGreaterThan(0);
    expect([computed[0], ...computed.slice(2)]).toEqual([24, 0, 0]);
    folder = join(root, 'anew');
    const anew = await events({ ...varied, data: {} });
    expect(anew).toContainEqual({ type: 'notice', message: expect.stringContaining('set data.augmentVariants') });
    expect(losses(anew).slice(0, 8)).not.toEqual(losses(list).slice(8));
  });
});

describe('a training', () => {
  it('starts from the weights a model brings, and says which', async () => {
    await events({ model: { id: 'tiny', weight: 0 } });
    const zeros = record().model.initialValues;
    folder = join(root, 'ones');
    const list = await events({ model: { id: 'tiny', weight: 1 } });
    expect(zeros).toMatch(/^[0-9a-f]{64}$/);
    expect(record().model.initialValues).toMatch(/^[0-9a-f]{64}$/);
    expect(record().model.initialValues).not.toBe(zeros);
    // Equal weights for both classes: even odds.
    expect(losses(list)[0]).toBeCloseTo(Math.LN2, 5);
    folder = join(root, 'drawn');
    await events({});
    expect(record().model).not.toHaveProperty('initialValues');
  });

  it('can stop early, for good', async () => {
    const config = {
      optimizer: { id: 'sgd', learningRate: 1e-30 },
      training: { epochs: 9, batchSize: 4, earlyStopping: { patience: 2 } },
    };
    const list = await events(config);
    const stop = { epoch: 3, reason: 'validation loss has not improved for 2 epochs' };
    expect(list).toContainEqual({ type: 'early-stop', ...stop });
    expect(record()).toMatchObject({ status: 'completed', bestEpoch: 1, earlyStop: stop });
    await expect(events(config, { resume: true })).rejects.toThrow('3 epochs, then validation loss has not improved');
  });

  it('writes the learning curve as files, going on with them when resumed', async () => {
    const config = { training: { epochs: 3, batchSize: 4, logs: ['jsonl', 'csv', 'tensorboard'] } };
    await events(config);
    const steps = readFileSync(join(folder, 'logs', 'steps.jsonl'), 'utf8');
    expect(steps.trimEnd().split('\n')).toHaveLength(12);
    folder = join(root, 'interrupted');
    const stop = new AbortController();
    await events(config, { signal: stop.signal }, (event) => {
      // Before the first writing: what is written holds back events, not the training.
      if (event.type === 'step' && event.epoch === 1 && event.step === 2) stop.abort();
    });
    await events(config, { resume: true });
    const resumed = readFileSync(join(folder, 'logs', 'steps.jsonl'), 'utf8');
    const figures = (text: string) => text.replace(/,"imagesPerSecond":[^}]*/g, '');
    expect(figures(resumed)).toBe(figures(steps));
    expect(
      readFileSync(join(folder, 'logs', 'epochs.csv'), 'utf8')
        .trimEnd()
        .split('\n'),
    ).toHaveLength(4);
    expect(readdirSync(join(folder, 'logs')).filter((name) => name.includes('tfevents'))).toHaveLength(2);
  });

  it('records its learning rate', async () => {
    await events({ training: { epochs: 3, batchSize: 4, schedule: { kind: 'step', after: 1, factor: 0.5 } } });
    const rates = record().epochs.map(({ learningRate }) => learningRate ?? NaN);
    expect(rates[1]).toBeCloseTo(rates[0]! / 2, 12);
    expect(rates[2]).toBeCloseTo(rates[0]! / 4, 12);
  });

  it.each([
    ['an unknown key', { lastConv: 3 }, 'training.lastConv'],
    ['an unknown schedule', { schedule: { kind: 'cosinus' } }, 'training.schedule'],
    ['an unknown layer', { train: { pattern: 'kernle' } }, "'kernel'"],
    ['a factor of nothing', { groups: [{ match: '**', learningRate: 0 }] }, 'training.groups'],
    ['a broken expression', { train: { pattern: '/(/' } }, 'Not a regular expression'],
    ['more convolutions than there are', { train: { lastConv: 500 } }, 'expected at most 1, got 500'],
    ['an unknown part later', { unfreeze: [{ epoch: 2, train: { pattern: 'x' } }] }, 'training.unfreeze[0]'],
    ['an unknown group', { groups: [{ match: 'foo/*', learningRate: 2 }] }, 'training.groups[0].match'],
  ])('is refused with %s, before data is read and without a trace', async (...[, training, message]) => {
    await expect(events({ training })).rejects.toThrow(message);
    expect(decoded).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });
});
