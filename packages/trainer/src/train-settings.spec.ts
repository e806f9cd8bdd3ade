import { random, type RunEvent } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLast } from './checkpoint.js';
import { phasesOf } from './freezing/phases.js';
import { adamwOptimizer } from '../../optimizers/src/adam.js';
import { sgdOptimizer } from '../../optimizers/src/sgd.js';
import { remarksOn } from './remarks.js';
import { trainingSettings } from './settings.js';
import { curve, events, losses, only, tensorsOf } from './testing/events.js';
import { tinyBatches, tinyCrossEntropy, tinyHeatLoss, tinyStages } from './testing/tiny.js';
import type { TrainOptions } from './train.js';

const samples = 22;
const batchSize = 4;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foveate-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const order = (epoch: number) =>
  random(1, 'order', epoch).shuffle(Array.from({ length: samples }, (_, index) => index));

type TrainingSettings = NonNullable<TrainOptions['settings']>;

function options(settings: TrainingSettings, changes: Partial<TrainOptions> = {}): TrainOptions {
  return {
    engine: tfjsEngine(),
    model: tinyStages(),
    loss: tinyCrossEntropy,
    optimizer: adamwOptimizer({ learningRate: 0.02 }),
    batches: (epoch, fromStep) => tinyBatches(order(epoch), batchSize, fromStep),
    validationBatches: () => tinyBatches([30, 31, 32, 33, 34, 35], batchSize),
    samples,
    batchSize,
    epochs: 4,
    settings,
    seed: 1,
    folder,
    fingerprint: 'abc',
    resume: false,
    ...changes,
  };
}

/** Everything that has a state of its own, at once. */
const everything: TrainingSettings = {
  train: 'head',
  unfreeze: [
    { epoch: 2, train: { lastConv: 2 } },
    { epoch: 4, train: 'all' },
  ],
  groups: [{ match: 'high/**', learningRate: 0.5 }],
  schedule: { kind: 'plateau', patience: 1, factor: 0.5, minDelta: 0.05, warmup: 0.5 },
  clip: { norm: 1 },
  classWeights: [1, 2],
  accumulate: 2,
  ema: { decay: 0.9 },
  monitor: 'auroc',
  earlyStopping: { patience: 9 },
};

/** A training that is stopped at these moments and resumed after each. */
async function interrupted(
  settings: TrainOptions,
  stops: readonly (readonly [epoch: number, step: number])[],
): Promise<RunEvent[]> {
  const all: RunEvent[] = [];
  for (const stop of [...stops, undefined]) {
    const controller = new AbortController();
    const part = await events({ ...settings, resume: all.length > 0, signal: controller.signal }, (event) => {
      if (event.type === 'step' && event.epoch === stop?.[0] && event.step === stop[1]) controller.abort();
    });
    all.push(...part);
  }
  return all;
}

describe('a training with everything on', () => {
  it.each([
    ['gradients gathered for half an update', [[1, 3]]],
    [
      'the first epoch of a phase under way, then another',
      [
        [2, 1],
        [3, 5],
      ],
    ],
    [
      'an epoch done but not validated, at the end of a phase',
      [
        [1, 6],
        [3, 6],
      ],
    ],
  ] as const)('comes to the same when interrupted with %s', async (...[, stops]) => {
    const settings = options(everything, { loss: tinyHeatLoss });
    const straight = await events(settings);
    const last = tensorsOf(join(folder, 'last.safetensors'));
    const best = readFileSync(join(folder, 'best.safetensors'));
    const progress = (await readLast(folder))!.progress;
    rmSync(folder, { recursive: true });

    const all = await interrupted(settings, stops);
    expect(only(all, 'interrupted').length).toBe(stops.length);
    expect(losses(all)).toEqual(losses(straight));
    expect(curve(all)).toEqual(curve(straight));
    expect(tensorsOf(join(folder, 'last.safetensors'))).toEqual(last);
    expect(readFileSync(join(folder, 'best.safetensors')).equals(best)).toBe(true);
    const { records, ...rest } = (await readLast(folder))!.progress;
    expect(rest).toEqual({ ...progress, records: undefined });
    expect(records.length).toBe(4);
  });

  it('trains in every epoch what is thawed, with fresh slots', async () => {
    const seen: string[][] = [];
    await events(options(everything), (event) => {
      if (event.type === 'epoch') seen.push(Object.keys(tensorsOf(join(folder, 'last.safetensors'))));
    });
    const slots = seen.map((names) => names.filter((name) => name.startsWith('optimizer/m/')).length);
    expect(slots).toEqual([2, 8, 8, 11]);
    const { 'optimizer/step/low/conv/kernel': fresh, 'optimizer/step/dense/bias': old } = tensorsOf(
      join(folder, 'last.safetensors'),
    );
    // Three updates an epoch, of two batches each.
    expect([fresh!.data[0], old!.data[0]]).toEqual([3, 12]);
  });
});

describe('early stopping', () => {
  it('ends the training, also when it is resumed', async () => {
    // A step size of nothing: no epoch is better than the first.
    const still = options(
      { earlyStopping: { patience: 2 } },
      { optimizer: sgdOptimizer({ learningRate: 1e-30 }), epochs: 9 },
    );
    const frozen = { ...still, settings: { ...still.settings, train: 'head' as const } };
    const all = await events(frozen);
    expect(only(all, 'epoch').length).toBe(3);
    expect(all.at(-1)).toEqual({
      type: 'early-stop',
      epoch: 3,
      reason: 'validation loss has not improved for 2 epochs',
    });
    expect(await events({ ...frozen, resume: true })).toEqual([all.at(-1)]);
  });
});

describe('averaged weights', () => {
  it('are what is validated and saved as best', async () => {
    const all = await events(options({ ema: { decay: 0.5 } }, { epochs: 1 }));
    const last = tensorsOf(join(folder, 'last.safetensors'));
    const best = tensorsOf(join(folder, 'best.safetensors'));
    expect(best['model/dense/kernel']).toEqual(last['ema/dense/kernel']);
    expect(best['model/dense/kernel']).not.toEqual(last['model/dense/kernel']);
    expect(Object.keys(best).every((name) => name.startsWith('model/'))).toBe(true);
    const plain = await events(options({}, { epochs: 1 }));
    expect(losses(all)).toEqual(losses(plain));
    expect(curve(all)[0]!.validation.loss).not.toBe(curve(plain)[0]!.validation.loss);
  });
});

describe('the learning rate', () => {
  it('is that of the schedule, in every step and in the record', async () => {
    const all = await events(options({ schedule: { kind: 'cosine', warmup: 1 }, accumulate: 4 }, { epochs: 3 }));
    // Two updates an epoch: 4 batches and 2.
    const rates = only(all, 'step').map(({ learningRate }) => learningRate / 0.02);
    const cosine = [1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2];
    const updates = [0.5, 1, ...cosine];
    const expected = [0, 1, 2].flatMap((epoch) => [
      ...Array.from({ length: 4 }, () => updates[2 * epoch]!),
      ...Array.from({ length: 2 }, () => updates[2 * epoch + 1]!),
    ]);
    rates.forEach((rate, index) => expect(rate).toBeCloseTo(expected[index]!, 10));
    expect(only(all, 'epoch').map(({ record }) => record.learningRate)).toEqual(
      [5, 11, 17].map((at) => rates[at]! * 0.02),
    );
  });
});

describe('settings that do not fit', () => {
  it.each([
    ['class weights', { classWeights: [1, 2, 3] }, 'training.classWeights: There has to be a weight for each class'],
    ['a pattern', { train: { pattern: 'hgih/**' } }, "'high'"],
    ['too many convolutions', { train: { lastConv: 9 } }, 'fewer convolutions'],
  ] as const)('are refused before anything is trained: %s', async (...[, settings, message]) => {
    await expect(events(options(settings as TrainingSettings))).rejects.toThrow(message);
  });

  it('say what has no effect, and of batch norm over single samples', async () => {
    const late: TrainingSettings = { unfreeze: [{ epoch: 9, train: 'head' }] };
    const said = only(await events(options(late, { epochs: 1 })), 'notice').map(({ message }) => message);
    expect(said).toEqual([expect.stringContaining('names epoch 9, but the training ends after epoch 1')]);
    const single = (given: TrainingSettings) => {
      const [model, settings] = [tinyStages(), trainingSettings.parse(given)];
      return remarksOn({ model, settings, phases: phasesOf(model, settings), epochs: 1, batchSize: 1 });
    };
    expect(single({})).toEqual([{ type: 'warning', message: expect.stringContaining('training.batchSize is 1') }]);
    expect(single({ train: 'head' })).toEqual([]);
    expect(single({ train: 'head', frozenBatchNorm: 'train' })).toHaveLength(1);
  });

  it('warn when the loss explodes', async () => {
    const all = await events(options({}, { optimizer: sgdOptimizer({ learningRate: 1000 }), epochs: 2 }));
    expect(only(all, 'warning')[0]!.message).toContain('probably too high');
  });
});
