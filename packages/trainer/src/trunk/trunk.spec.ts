import { random, type RunEvent } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { initialise } from '@foveate/tensor';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModelState } from '../checkpoint.js';
import { evaluate } from '../evaluate.js';
import { sgdOptimizer } from '../../../optimizers/src/sgd.js';
import { curve, events, losses, only, tensorsOf } from '../testing/events.js';
import { plannedBatches, tinyCrossEntropy, tinyGradCam, tinyHeatLoss, tinyStages } from '../testing/tiny.js';
import type { TrainOptions } from '../train.js';
import { bitsOf, maskOf } from './bits.js';
import { FeatureStore } from './feature-store.js';
import { FeatureCache } from './feature-cache.js';

const samples = 10;
const batchSize = 4;
const validation = [30, 31, 32, 33, 34];
let root: string;
/** Batches whose images were made, in order. */
let made: string[][];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'foveate-trunk-'));
  made = [];
});
afterEach(() => rmSync(root, { recursive: true }));

const store = () => join(root, 'features');
const cache = (megabytes = 64) => new FeatureCache({ folder: store(), megabytes, identity: 'tiny' });
const files = () =>
  existsSync(store())
    ? readdirSync(store()).flatMap((name) => readdirSync(join(store(), name)).map((file) => join(store(), name, file)))
    : [];

function options(
  changes: Partial<TrainOptions> = {},
  variant: (epoch: number) => string | null = () => 'plain',
): TrainOptions {
  const onMade = ({ ids }: { ids: readonly string[] }) => made.push([...ids]);
  return {
    engine: tfjsEngine(),
    model: tinyStages(),
    loss: tinyHeatLoss,
    optimizer: sgdOptimizer({ learningRate: 0.05, momentum: 0.9 }),
    batches: (epoch, from) => {
      const order = random(1, 'order', epoch).shuffle(Array.from({ length: samples }, (_, index) => index));
      return plannedBatches(order, batchSize, { variant: variant(epoch), from, onMade });
    },
    validationBatches: () => plannedBatches(validation, batchSize, { onMade }),
    samples,
    batchSize,
    epochs: 3,
    settings: { train: { lastConv: 1 } },
    seed: 1,
    folder: join(root, 'run'),
    fingerprint: 'abc',
    resume: false,
    ...changes,
  };
}

const numbers = (all: readonly RunEvent[]) => [
  ...losses(all).flatMap(({ loss, meanLoss }) => [loss, meanLoss]),
  ...curve(all).flatMap(({ validation: { loss } }) => [loss]),
];

describe('a cached trunk', () => {
  it.each([
    ['the last stage', { train: { lastConv: 1 } }],
    ['the head', { train: 'head' }],
    ['the last stage, gathered and averaged', { train: { lastConv: 1 }, accumulate: 2, ema: { decay: 0.9 } }],
  ] as const)('changes no number while training %s', async (...[, settings]) => {
    const without = await events(options({ settings }));
    const before = tensorsOf(join(root, 'run', 'best.safetensors'));
    const makings = made.length;
    made = [];
    const using = await events(options({ settings, featureCache: cache() }));
    numbers(using).forEach((value, index) => expect(Math.abs(value - numbers(without)[index]!)).toBeLessThan(1e-6));
    // One epoch's images, and those of one validation: 3 + 2 batches in place of 3 times as many.
    expect([makings, made.length]).toEqual([15, 5]);

    const after = tensorsOf(join(root, 'run', 'best.safetensors'));
    const start = initialise(tinyStages().variables, 1);
    for (const name of Object.keys(start).filter((variable) => /^(low|middle)/.test(variable))) {
      expect(after[`model/${name}`]).toEqual(start[name]);
      expect(before[`model/${name}`]).toEqual(start[name]);
    }
  });

  it('says what it does and what it was good for', async () => {
    const all = await events(options({ featureCache: cache() }));
    expect(only(all, 'notice').map(({ message }) => message)).toEqual([
      'The first 2 of 3 stages are frozen: their features are computed once and kept on the disk.',
    ]);
    const counts = only(all, 'epoch').map(({ record: { trunk } }) => [trunk?.read, trunk?.computed]);
    expect(counts).toEqual([
      [0, 15],
      [15, 0],
      [15, 0],
    ]);
  });

  it('keeps each variant of an augmented sample', async () => {
    const all = await events(options({ featureCache: cache(), epochs: 4 }, (epoch) => String(epoch % 2)));
    const counts = only(all, 'epoch').map(({ record: { trunk } }) => trunk?.computed);
    // The tiny batches look the same in both variants, so the second one finds the features of the first.
    expect(counts).toEqual([15, 0, 0, 0]);
    expect(made.length).toBe(3 + 2 + 3);
  });

  it('is found again by a resumed run and by another one, which only look at the images', async () => {
    const stop = new AbortController();
    await events(options({ featureCache: cache(), signal: stop.signal }), (event) => {
      if (event.type === 'epoch' && event.record.epoch === 2) stop.abort();
    });
    const resumed = await events(options({ featureCache: cache(), resume: true }));
    expect(only(resumed, 'epoch').map(({ record: { trunk } }) => trunk?.computed)).toEqual([0]);
    const straight = await events(options({ folder: join(root, 'other'), featureCache: cache() }));
    expect(only(straight, 'epoch').map(({ record: { trunk } }) => trunk?.computed)).toEqual([0, 0, 0]);
    expect(losses(resumed)).toEqual(losses(straight).slice(6));
    expect(curve(resumed)).toEqual(curve(straight).slice(2));
  });

  it('computes again what somebody deleted, while it runs and before', async () => {
    const straight = await events(options());
    let deleted = 0;
    const all = await events(options({ featureCache: cache() }), (event) => {
      if (event.type !== 'step' || event.epoch !== 2 || event.step !== 1) return;
      for (const file of files().slice(0, 2)) rmSync(file);
      deleted = files().length;
    });
    expect(deleted).toBe(3);
    numbers(all).forEach((value, index) => expect(Math.abs(value - numbers(straight)[index]!)).toBeLessThan(1e-6));
    for (const file of files()) writeFileSync(file, 'nonsense');
    const again = await events(options({ featureCache: cache() }));
    numbers(again).forEach((value, index) => expect(Math.abs(value - numbers(straight)[index]!)).toBeLessThan(1e-6));
  });

  it('is not used where the loss reads images or every epoch draws anew, and says so', async () => {
    for (const use of ['images', 'forward'] as const) {
      const reading = { ...tinyCrossEntropy, uses: [use] };
      const first = await events(options({ featureCache: cache(), loss: reading }));
      expect(only(first, 'notice')[0]!.message).toContain('the loss reads the images');
      expect(files()).toEqual([]);
    }
    made = [];
    const second = await events(options({ featureCache: cache() }, () => null));
    expect(only(second, 'notice')[0]!.message).toContain('data.augmentVariants');
    // The validation is the same in every epoch all the same.
    expect(made.length).toBe(3 * 3 + 2);
  });

  it('belongs to its weights: another phase has another trunk', async () => {
    const settings = { train: 'head' as const, unfreeze: [{ epoch: 2, train: { lastConv: 2 } }] };
    const straight = await events(options({ settings }));
    const all = await events(options({ settings, featureCache: cache() }));
    numbers(all).forEach((value, index) => expect(Math.abs(value - numbers(straight)[index]!)).toBeLessThan(1e-6));
    expect(readdirSync(store()).length).toBe(2);
  });

  it.each([
    ['there is no room', () => cache(1e-3), 'training.featureCache.megabytes'],
    [
      'they cannot be written',
      () => {
        writeFileSync(store(), 'a file in the way');
        return cache();
      },
      'File cannot be written',
    ],
  ] as const)('computes features in every epoch when %s, and says so once', async (...[, makeCache, message]) => {
    const straight = await events(options());
    const all = await events(options({ featureCache: makeCache() }));
    numbers(all).forEach((value, index) => expect(Math.abs(value - numbers(straight)[index]!)).toBeLessThan(1e-6));
    expect(only(all, 'warning').map((warning) => warning.message)).toEqual([expect.stringContaining(message)]);
    expect(only(all, 'epoch').map(({ record: { trunk } }) => trunk?.computed)).toEqual([15, 15, 15]);
  });

  it('serves evaluation too', async () => {
    const shared = cache();
    const settings = options({ featureCache: shared });
    await events(settings);
    made = [];
    const variables = await loadModelState(join(root, 'run', 'best.safetensors'), settings.model);
    const parts = { ...settings, explainer: tinyGradCam, variables };
    const plain = await evaluate({ ...parts, batches: settings.validationBatches() });
    expect(made.length).toBe(2);
    const cached = await evaluate({
      ...parts,
      batches: settings.validationBatches(),
      trunk: { cache: shared, frozen: 2 },
    });
    expect(made.length).toBe(2);
    cached.forEach((prediction, index) => {
      expect(prediction).toMatchObject({ id: plain[index]!.id, label: plain[index]!.label });
      expect(prediction.score).toBeCloseTo(plain[index]!.score, 6);
      expect(prediction.aoiShare ?? -1).toBeCloseTo(plain[index]!.aoiShare ?? -1, 5);
    });
  });
});

describe('the store', () => {
  const key = (digit: string) => `trunk-${digit.repeat(32)}`;
  const sample = (value: number) => ({ trunk: new Float32Array(64).fill(value), aoi: Int32Array.of(value) });

  it('gives back what it was given, also when it is opened anew', async () => {
    const first = await FeatureStore.open(store(), key('a'), 1e6);
    await first.write(
      new Map([
        ['x1', sample(1)],
        ['x2', sample(2)],
      ]),
      [4, 4, 4],
    );
    await first.write(new Map([['x3', sample(3)]]), [4, 4, 4]);
    for (const opened of [first, await FeatureStore.open(store(), key('a'), 1e6)]) {
      expect(opened.shape).toEqual([4, 4, 4]);
      expect(await opened.read('x2')).toEqual(sample(2));
      expect(await opened.read('x3')).toEqual(sample(3));
      expect(await opened.read('x4')).toBeUndefined();
    }
  });

  it('keeps nothing beyond its budget, and makes room among older stores alone', async () => {
    mkdirSync(join(store(), 'mine'), { recursive: true });
    writeFileSync(join(store(), 'mine', 'precious.safetensors'), new Uint8Array(5000));
    const old = await FeatureStore.open(store(), key('a'), 1500);
    for (const content of ['x1', 'x2', 'x3', 'x4', 'x5']) await old.write(new Map([[content, sample(1)]]), [4, 4, 4]);
    expect(['x1', 'x2', 'x3', 'x4', 'x5'].map((content) => old.has(content))).toEqual([true, true, true, false, false]);
    const next = await FeatureStore.open(store(), key('b'), 1000);
    await next.write(new Map([['y', sample(1)]]), [4, 4, 4]);
    expect(next.has('y')).toBe(true);
    expect(readdirSync(store()).sort()).toEqual(['mine', key('b')]);
    expect(await old.read('x1')).toBeUndefined();
  });
});

describe('masks as bits', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 100 }), (pixels) => {
        const mask = Float32Array.from(pixels, Number);
        const back = new Float32Array(mask.length);
        maskOf(bitsOf(mask), back);
        expect(back).toEqual(mask);
      }),
    );
  });
});
