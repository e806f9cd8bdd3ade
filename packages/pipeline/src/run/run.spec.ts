import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RunEvent } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import { lastValueFrom, tap, toArray } from 'rxjs';
import { decoded, engines, tinyDefaults, tinyPlugins } from '../../../../tools/testing/tiny-plugins.js';
import { createRunner } from '../runner.js';
import type { ExplainedImage } from './explain-images.js';
import type { RunOptions } from './run.js';

const runner = createRunner({ plugins: tinyPlugins, defaults: tinyDefaults });
const root = mkdtempSync(join(tmpdir(), 'foveate-run-'));
let count = 0;
let folder = '';

beforeEach(() => {
  folder = join(root, `deep/${String(++count)}`);
  decoded.length = 0;
});

interface Setting extends Partial<RunOptions> {
  readonly config?: object;
  /** Called with every event. */
  readonly on?: (event: RunEvent) => void;
}

async function events({ config = {}, on, ...options }: Setting = {}): Promise<readonly RunEvent[]> {
  const valid = await runner.makeConfig({ name: 'tiny', ...config }, root);
  return lastValueFrom(runner.run(valid, { folder, ...options }).pipe(tap(on ?? (() => undefined)), toArray()));
}

const record = () => JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunRecord;
const lines = (name: string) =>
  readFileSync(join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const losses = (list: readonly RunEvent[]) => list.flatMap((event) => (event.type === 'step' ? [event.loss] : []));

describe('run', () => {
  it('goes from source to report', async () => {
    const list = await events({ config: { data: { source: { id: 'tiny', broken: 2 } } } });
    const types = list.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
    expect(types.slice(0, 5)).toEqual(['run-start', 'data', 'begin', 'engine', 'step']);
    expect(types.slice(-4)).toEqual(['explained', 'measured', 'report', 'run-end']);
    expect(list[1]).toMatchObject({
      counts: {
        train: { good: 8, defective: 8 },
        validation: { good: 4, defective: 4 },
        test: { good: 4, defective: 4 },
      },
      skips: [
        { path: 'broken/032', reason: 'image-truncated' },
        { path: 'broken/033', reason: 'image-truncated' },
      ],
    });
    expect(list.at(-1)).toEqual({ type: 'run-end', folder, status: 'completed' });

    const written = record();
    expect(written).toMatchObject({
      version: 1,
      name: 'tiny',
      status: 'completed',
      seed: 1,
      loss: { id: 'ce', options: { weight: 1 } },
      model: { id: 'tiny', parameters: 10 },
      engine: { id: 'eager', description: expect.stringContaining('tfjs') },
      data: { height: 16, width: 16, skips: [{ path: 'broken/032' }, { path: 'broken/033' }] },
      test: { n: 8 },
      validation: { n: 8 },
    });
    expect(written.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    const best = Math.min(...written.epochs.map(({ validation }) => validation.loss));
    expect(written.epochs.find(({ epoch }) => epoch === written.bestEpoch)?.validation.loss).toBe(best);
    expect(written.validation?.['loss']).toBeCloseTo(best, 5);
    expect(written.timing.totalSeconds).toBeGreaterThan(0);

    expect(lines('samples.jsonl')).toHaveLength(32);
    expect(lines('predictions.jsonl').map(({ split }) => split)).toEqual([
      ...Array<string>(8).fill('validation'),
      ...Array<string>(8).fill('test'),
    ]);
    expect(written.explanations).toHaveLength(3);
    for (const { imagePath, aoiPath, heatmapPath } of written.explanations) {
      for (const path of [imagePath, aoiPath, heatmapPath]) expect(existsSync(join(folder, path))).toBe(true);
    }
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('gives the same numbers again, with or without cache and read-ahead', async () => {
    const first = losses(await events());
    const before = decoded.length;
    folder = join(root, 'again');
    const second = losses(await events({ config: { data: { cache: 'none', prefetch: 1 } } }));
    expect(second).toEqual(first);
    expect(before).toBe(32);
    expect(decoded.length - before).toBeGreaterThan(100);
    expect(new Set(losses(await events({ folder: join(root, 'seed'), config: { seed: 2 } })))).not.toEqual(
      new Set(first),
    );
  });

  it('says once where images come from when nobody said', async () => {
    const said = (list: readonly RunEvent[]) => list.filter(({ type }) => type === 'notice');
    const message = 'The configuration names no data.source: the images are those of the default, tiny.';
    expect(said(await events())).toEqual([{ type: 'notice', message }]);
    expect(record().remarks).toEqual([message]);
    const own = await runner.readConfig(join(folder, 'config.yaml'));
    const again = await lastValueFrom(runner.run(own, { folder: join(root, 'named') }).pipe(toArray()));
    expect(said(again)).toEqual([]);
  });

  it('can be run again from its own config.yaml', async () => {
    const first = losses(await events());
    const config = await runner.readConfig(join(folder, 'config.yaml'));
    expect(config.baseFolder).toBe(root);
    const again = await lastValueFrom(runner.run(config, { folder: join(root, 'copy') }).pipe(toArray()));
    expect(losses(again)).toEqual(first);
  });

  it('refuses a second writer, and gives the folder free when it has ended', async () => {
    const second: Promise<unknown>[] = [];
    const on = (event: RunEvent) => {
      if (event.type === 'data') second.push(events({ overwrite: true }).catch((error: unknown) => error));
    };
    await events({ on });
    expect(await second[0]).toMatchObject({ code: 'RUN_LOCKED' });
    expect(readdirSync(folder)).not.toContain('run.lock');
    await events({ overwrite: true });
  });

  it('makes again what a complete run has lost, and is complete last of all', async () => {
    const statuses: string[] = [];
    const on = (event: RunEvent) => {
      if (event.type === 'report') statuses.push(record().status);
    };
    await events({ on });
    expect([...statuses, record().status]).toEqual(['running', 'completed']);
    await expect(events({ resume: true })).rejects.toMatchObject({ code: 'RUN_INVALID' });
    const { test, epochs } = record();
    const pictures = record().explanations.map(({ heatmapPath }) => heatmapPath);
    for (const name of ['report.html', pictures[0] ?? '', 'predictions.jsonl']) {
      rmSync(join(folder, name));
      await events({ resume: true });
      expect(existsSync(join(folder, name))).toBe(true);
      expect(record()).toMatchObject({ status: 'completed', test, epochs });
    }
    rmSync(join(folder, 'predictions.jsonl'));
    expect((await runner.evaluate(folder, 'validation')).warnings).toHaveLength(1);
    expect(existsSync(join(folder, 'predictions.jsonl'))).toBe(true);
    expect((await runner.evaluate(folder, 'test')).warnings).toEqual([]);
    // Without its last checkpoint it would have to begin anew, which nobody asked for.
    rmSync(join(folder, 'last.safetensors'));
    await expect(events({ resume: true })).rejects.toMatchObject({ code: 'RUN_INVALID' });
  });

  it('clears away what killed processes left, and follows no links out', async () => {
    await events();
    const left = ['.run.json.4711.tmp', 'logs/.epochs.csv.0123456789abcdef.tmp', 'features/t/.x.0123456789abcdef.tmp'];
    for (const name of left) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), '');
    }
    await events({ overwrite: true });
    expect(left.filter((name) => existsSync(join(folder, name)))).toEqual([]);
    const outside = join(root, 'outside');
    writeFileSync(outside, 'precious');
    rmSync(join(folder, 'samples.jsonl'));
    symlinkSync(outside, join(folder, 'samples.jsonl'));
    for (const work of [() => events({ overwrite: true }), () => runner.evaluate(folder, 'test')]) {
      await expect(work()).rejects.toMatchObject({ code: 'RUN_INVALID' });
    }
    expect(readFileSync(outside, 'utf8')).toBe('precious');
  });

  it('stops after the step, and goes on as if it had not', async () => {
    const config = { training: { epochs: 6, batchSize: 4 } };
    const whole = losses(await events({ config }));
    const reference = record();
    folder = join(root, 'stopped');
    const abort = new AbortController();
    const on = (event: RunEvent) => {
      if (event.type === 'step' && event.epoch === 2 && event.step === 2) abort.abort();
    };
    const first = await events({ config, on, signal: abort.signal });
    const stop = first.at(-2);
    // The trainer may be some steps ahead of who listens.
    expect(stop).toMatchObject({ type: 'interrupted' });
    expect(losses(first).length).toBeLessThan(whole.length);
    expect(first.at(-1)).toMatchObject({ type: 'run-end', status: 'interrupted' });
    expect(record()).toMatchObject({ status: 'interrupted', test: null });

    const second = await events({ config, resume: true });
    expect(second[0]).toMatchObject({ resumedFromEpoch: stop?.type === 'interrupted' ? stop.epoch : 0 });
    expect([...losses(first), ...losses(second)]).toEqual(whole);
    const { test, validation, bestEpoch, status } = record();
    expect({ test, validation, bestEpoch, status }).toEqual({
      test: reference.test,
      validation: reference.validation,
      bestEpoch: reference.bestEpoch,
      status: 'completed',
    });
  });

  it('stopped before the first step leaves nothing behind', async () => {
    const list = await events({ signal: AbortSignal.abort() });
    expect(list.map(({ type }) => type)).toEqual(['run-start', 'interrupted', 'run-end']);
    expect(existsSync(folder)).toBe(false);
  });

  it('tells what comes of pretrained weights, and can be stopped meanwhile', async () => {
    const config = { model: { id: 'tiny', weight: 0.1 } };
    const steps = (list: readonly RunEvent[]) => list.slice(0, 5).map(({ type }) => type);
    expect(steps(await events({ config })).slice(0, 4)).toEqual(['run-start', 'data', 'fetching', 'fetching']);
    folder = join(root, 'stopped while fetching');
    const abort = new AbortController();
    const on = (event: RunEvent) => {
      if (event.type === 'fetching') abort.abort();
    };
    const list = await events({ config, on, signal: abort.signal });
    expect(steps(list)).toEqual(['run-start', 'data', 'fetching', 'interrupted', 'run-end']);
    expect(existsSync(folder)).toBe(false);
  });

  it('refuses class weights that are too many before anything is read', async () => {
    const config = { training: { classWeights: [1, 2, 3] } };
    await expect(events({ config })).rejects.toThrow('There has to be a weight for each class');
    expect(decoded).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });

  it('refuses to resume under another configuration, naming the keys', async () => {
    await events();
    const other = events({ resume: true, config: { seed: 3, loss: { id: 'ce', weight: 2 } } });
    await expect(other).rejects.toMatchObject({
      code: 'RUN_INVALID',
      message: expect.stringMatching(/expected loss.weight=1, seed=1, got loss.weight=2, seed=3/),
    });
    await expect(events({ resume: true })).rejects.toMatchObject({
      message: expect.stringContaining('run is complete'),
    });
    const longer = await events({ resume: true, config: { training: { epochs: 4, batchSize: 4 } } });
    expect(longer.filter(({ type }) => type === 'epoch')).toHaveLength(1);
    expect(record().epochs).toHaveLength(4);
  });

  it('does not lengthen a run whose learning rate falls to its end', async () => {
    const cosine = (epochs: number) => ({ training: { epochs, batchSize: 4, schedule: { kind: 'cosine' } } });
    await events({ config: cosine(2) });
    const before = readFileSync(join(folder, 'run.json'), 'utf8');
    await expect(events({ resume: true, config: cosine(4) })).rejects.toMatchObject({
      code: 'RUN_INVALID',
      message: expect.stringMatching(/expected training.epochs=2, got training.epochs=4/),
    });
    expect(readFileSync(join(folder, 'run.json'), 'utf8')).toBe(before);
  });

  it('refuses to resume when the data has changed', async () => {
    await events();
    const text = readFileSync(join(folder, 'samples.jsonl'), 'utf8');
    writeFileSync(join(folder, 'samples.jsonl'), text.split('\n').slice(1).join('\n'));
    const more = events({ resume: true, config: { training: { epochs: 4, batchSize: 4 } } });
    await expect(more).rejects.toMatchObject({ code: 'RUN_INVALID', message: expect.stringContaining('has changed') });
  });

  it('does not touch a run that stands there, unless told to', async () => {
    await events();
    const before = readFileSync(join(folder, 'run.json'), 'utf8');
    await expect(events()).rejects.toMatchObject({
      code: 'OUTPUT_EXISTS',
      message: expect.stringContaining('--resume'),
    });
    const poor = events({ overwrite: true, config: { data: { source: { id: 'tiny', good: 0, defective: 0 } } } });
    await expect(poor).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
    expect(readFileSync(join(folder, 'run.json'), 'utf8')).toBe(before);
    await events({ overwrite: true, config: { seed: 9 } });
    expect(record().seed).toBe(9);
  });

  it.each([
    ['no sample', { good: 0, defective: 0 }, 'no usable sample'],
    ['only broken samples', { good: 0, defective: 0, broken: 3 }, '0 samples, 3 skipped; first: broken/000: File is'],
    ['an empty split', { good: 2, defective: 0 }, 'The validation split is empty'],
  ])('with %s fails and leaves no folder', async (_, source, message) => {
    await expect(events({ config: { data: { source: { id: 'tiny', ...source } } } })).rejects.toMatchObject({
      code: 'DATA_INSUFFICIENT',
      message: expect.stringContaining(message),
    });
    expect(existsSync(folder)).toBe(false);
  });

  it('refuses a file where a folder is needed, and resuming nothing', async () => {
    folder = join(root, 'file');
    writeFileSync(folder, '');
    await expect(events()).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    await expect(events({ folder: join(folder, 'below') })).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    await expect(events({ folder: join(root, 'none'), resume: true })).rejects.toMatchObject({ code: 'RUN_INVALID' });
  });

  it('releases engine and tensors when nobody listens any more', async () => {
    const tensors = engines.tensors();
    const disposed = engines.disposed;
    const config = await runner.makeConfig({}, root);
    await new Promise<void>((resolve) => {
      const subscription = runner.run(config, { folder }).subscribe((event) => {
        if (event.type !== 'step') return;
        subscription.unsubscribe();
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(engines.disposed).toBe(disposed + 1);
    expect(engines.tensors()).toBe(tensors);
    expect(decoded.length).toBe(32);
  });
});

describe('a finished run', () => {
  it('is measured again to the same figures', async () => {
    await events();
    const { measures, split, epoch } = await runner.evaluate(folder, 'test');
    expect({ split, epoch }).toEqual({ split: 'test', epoch: record().bestEpoch });
    expect(measures).toEqual(record().test);
  });

  it('explains other images', async () => {
    await events();
    const file = join(folder, record().explanations[0]!.imagePath);
    const images: ExplainedImage[] = [];
    await runner.explain(folder, [file], (one) => void images.push(one));
    const [image] = images;
    expect(image).toMatchObject({ file, aoiShare: 1, image: { width: 16, height: 16 }, heatmap: { width: 16 } });
    expect(image!.score).toBeCloseTo(record().explanations[0]!.score, 4);
  });

  it('is not found where there is none', async () => {
    await expect(runner.evaluate(join(root, 'nowhere'), 'test')).rejects.toMatchObject({ code: 'PATH_MISSING' });
    await expect(runner.evaluate(root, 'test')).rejects.toMatchObject({ code: 'RUN_INVALID' });
  });
});
