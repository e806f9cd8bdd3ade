import { random, type Batch, type Loss } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adamaxOptimizer } from '../../optimizers/src/adamax.js';
import { loadModelState, readLast } from './checkpoint.js';
import { tinyBatches, tinyCrossEntropy, tinyHeatLoss, tinyModel } from './testing/tiny.js';
import { train, type TrainOptions } from './train.js';
import { stepsPerEpoch } from './train-objective.js';
import { curve, events, losses, only, tensorsOf } from './testing/events.js';

const samples = 22;
const batchSize = 4;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foveate-train-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function order(epoch: number): number[] {
  return random(1, 'order', epoch).shuffle(Array.from({ length: samples }, (_, index) => index));
}

function options(changes: Partial<TrainOptions> = {}): TrainOptions {
  return {
    engine: tfjsEngine(),
    model: tinyModel,
    loss: tinyHeatLoss,
    optimizer: adamaxOptimizer({ learningRate: 0.02 }),
    batches: (epoch, fromStep) => tinyBatches(order(epoch), batchSize, fromStep),
    validationBatches: () => tinyBatches([30, 31, 32, 33, 34, 35], batchSize),
    samples,
    batchSize,
    epochs: 3,
    seed: 1,
    folder,
    fingerprint: 'abc',
    resume: false,
    ...changes,
  };
}

describe('train', () => {
  it('learns, reports every step and keeps the best epoch', async () => {
    const all = await events(options({ epochs: 8 }));
    expect(only(all, 'step').length).toBe(8 * 6);
    const steps = only(all, 'step').slice(0, 6);
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(Object.keys(steps[0]!.parts)).toEqual(['heat']);
    // Five batches of 4 samples and one of 2.
    const sum = steps.reduce((total, { loss }, index) => total + loss * (index === 5 ? 2 : 4), 0);
    expect(steps[5]!.meanLoss).toBeCloseTo(sum / samples);

    const epochs = curve(all);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(epochs[7]!.trained.loss).toBeLessThan(epochs[0]!.trained.loss);
    const lowest = Math.min(...epochs.map(({ validation }) => validation.loss));
    const bestEpoch = epochs.filter(({ best }) => best).at(-1)!;
    expect(bestEpoch.validation.loss).toBe(lowest);
    const progress = (await readLast(folder))!.progress;
    expect(progress.course.best).toEqual({ epoch: bestEpoch.epoch, value: lowest });
    expect(progress.epoch).toBe(9);
    expect(readdirSync(folder).sort()).toEqual(['best.safetensors', 'last.safetensors']);
    expect(Object.keys(await loadModelState(join(folder, 'best.safetensors'), tinyModel)).length).toBe(7);
  });

  it('tells of steps and epochs before the checkpoint counts them as done', async () => {
    const done: (readonly [type: string, epoch: number, counted: number])[] = [];
    await events(options({ epochs: 2 }), (event) => {
      if (event.type !== 'step') return;
      const last = join(folder, 'last.safetensors');
      done.push([event.type, event.epoch, existsSync(last) ? 2 : 1]);
    });
    expect(done).toHaveLength(12);
    expect(done.every(([, epoch, counted]) => counted === epoch)).toBe(true);
  });

  it('gives the same numbers when it is interrupted within an epoch and resumed', async () => {
    const straight = await events(options());
    const last = tensorsOf(join(folder, 'last.safetensors'));
    const best = readFileSync(join(folder, 'best.safetensors'));
    rmSync(folder, { recursive: true });

    const stop = new AbortController();
    const first = await events(options({ signal: stop.signal }), (event) => {
      if (event.type === 'step' && event.epoch === 2 && event.step === 3) stop.abort();
    });
    expect(first.at(-1)).toEqual({ type: 'interrupted', epoch: 2, step: 3 });
    expect(first.at(-2)).toMatchObject({ type: 'checkpoint', kind: 'last' });
    const second = await events(options({ resume: true }));

    expect([...losses(first), ...losses(second)]).toEqual(losses(straight));
    expect([...curve(first), ...curve(second)]).toEqual(curve(straight));
    expect(tensorsOf(join(folder, 'last.safetensors'))).toEqual(last);
    expect(readFileSync(join(folder, 'best.safetensors')).equals(best)).toBe(true);
  });

  it('tells losses that ask how far it is, the same when it is resumed, and nothing where it only measures', async () => {
    const asking: Loss = {
      uses: ['progress'],
      compute: (inputs) => {
        const { progress } = inputs;
        const output = tinyCrossEntropy.compute(inputs);
        return progress === undefined
          ? { ...output, perSample: tf.zerosLike(output.perSample) }
          : { ...output, parts: { progress } };
      },
    };
    const stop = new AbortController();
    const first = await events(options({ loss: asking, signal: stop.signal }), (event) => {
      if (event.type === 'step' && event.epoch === 2 && event.step === 3) stop.abort();
    });
    const all = [...first, ...(await events(options({ loss: asking, resume: true })))];
    // Three epochs of six steps.
    only(all, 'step').forEach(({ parts }, index) => expect(parts['progress']).toBeCloseTo(index / 18, 6));
    expect(curve(all).map(({ validation }) => validation.loss)).toEqual([0, 0, 0]);
  });

  it('resumes a validation that was interrupted without training again', async () => {
    const straight = await events(options());
    const stop = new AbortController();
    const first = await events(
      options({
        signal: stop.signal,
        validationBatches: async function* () {
          for await (const batch of tinyBatches([30, 31, 32, 33, 34, 35], batchSize)) {
            yield batch;
            stop.abort();
          }
        },
      }),
    );
    expect(first.at(-1)).toEqual({ type: 'interrupted', epoch: 1, step: 6 });
    const second = await events(options({ resume: true }));
    expect([...losses(first), ...losses(second)]).toEqual(losses(straight));
    expect([...curve(first), ...curve(second)]).toEqual(curve(straight));
  });

  it('starts where nothing was saved and ends at once where all is done', async () => {
    expect(only(await events(options({ resume: true, epochs: 1 })), 'step').length).toBe(6);
    expect(await events(options({ resume: true, epochs: 1 }))).toEqual([]);
  });

  it('refuses to resume from another configuration, another model or a damaged file', async () => {
    await events(options({ epochs: 1 }));
    await expect(events(options({ resume: true, fingerprint: 'x' }))).rejects.toMatchObject({ code: 'RUN_INVALID' });
    const wider = {
      ...tinyModel,
      variables: tinyModel.variables.map((v) => (v.name === 'dense/bias' ? { ...v, shape: [3] } : v)),
    };
    await expect(events(options({ resume: true, model: wider }))).rejects.toThrow(
      /last\.safetensors: Variable 'model\/dense\/bias' .*expected shape \[3\], got shape \[2\]/,
    );
    writeFileSync(join(folder, 'last.safetensors'), 'nonsense');
    await expect(events(options({ resume: true }))).rejects.toMatchObject({ code: 'RUN_INVALID' });
  });

  it('leaves out a last batch of one sample', async () => {
    expect([
      stepsPerEpoch(22, 4),
      stepsPerEpoch(21, 4),
      stepsPerEpoch(20, 4),
      stepsPerEpoch(1, 4),
      stepsPerEpoch(3, 1),
    ]).toEqual([6, 5, 5, 1, 3]);
    const all = await events(options({ samples: 21, epochs: 1, batches: () => tinyBatches(order(1).slice(1), 4) }));
    expect(only(all, 'step').length).toBe(5);
  });

  it('holds one batch at a time, however fast they could come', async () => {
    let made = 0;
    let steps = 0;
    const batches = async function* (epoch: number): AsyncGenerator<Batch> {
      for await (const batch of tinyBatches(order(epoch), batchSize)) {
        expect(made).toBe(steps);
        made++;
        yield batch;
      }
    };
    await events(options({ batches, epochs: 2 }), (event) => {
      if (event.type === 'step') steps++;
    });
    expect(steps).toBe(12);
  });
});

describe('a training that diverges', () => {
  const poisoned = (epoch: number, fromStep: number) =>
    (async function* (): AsyncGenerator<Batch> {
      for await (const batch of tinyBatches(order(epoch), batchSize, fromStep)) {
        const at = batch.ids.indexOf('s3');
        if (epoch === 2 && at >= 0) batch.images.fill(Number.NaN, at * 192, (at + 1) * 192);
        yield batch;
      }
    })();
  // A model whose samples do not meet in batch norm, so that the fault can be pinned on one.
  const apart = {
    ...tinyModel,
    features: (images: tf.Tensor4D, scope: Parameters<typeof tinyModel.features>[1]) =>
      tinyModel.features(images, { ...scope, training: false }),
  };

  it('names epoch, step and samples and keeps the last checkpoint', async () => {
    let saved: Buffer | undefined;
    const step = Math.floor(order(2).indexOf(3) / batchSize) + 1;
    const failing = events(options({ batches: poisoned, model: apart, loss: tinyCrossEntropy }), (event) => {
      if (event.type === 'epoch') saved = readFileSync(join(folder, 'last.safetensors'));
    });
    await expect(failing).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' });
    await expect(failing).rejects.toThrow(`epoch 2, step ${step}: Loss is not finite (got loss NaN on 's3')`);
    expect(readFileSync(join(folder, 'last.safetensors')).equals(saved!)).toBe(true);
  });

  it('names all samples when the gradient alone is not finite', async () => {
    const cliff: Loss = {
      uses: [],
      compute: (inputs) => {
        const result = tinyCrossEntropy.compute(inputs);
        // The slope of a square root at zero is infinite.
        return { ...result, loss: tf.add(result.loss, tf.sum(tf.sqrt(tf.mul(inputs.logits, 0)))) };
      },
    };
    const [a, b, c, d] = order(1);
    await expect(events(options({ loss: cliff }))).rejects.toThrow(
      `epoch 1, step 1: Gradient is not finite (got gradient norm NaN on 's${a}', 's${b}', 's${c}', 's${d}')`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('notices it in validation', async () => {
    const validationBatches = async function* (): AsyncGenerator<Batch> {
      for await (const batch of tinyBatches([30, 31], 2)) {
        batch.images.fill(Number.NaN, 0, 192);
        yield batch;
      }
    };
    await expect(events(options({ validationBatches }))).rejects.toThrow(
      "epoch 1, validation: Loss is not finite (got loss NaN on 's30')",
    );
  });
});

describe('resources', () => {
  it('are released at the end, after an error and after unsubscribing', async () => {
    const before = tf.memory().numTensors;
    await events(options({ epochs: 1 }));
    expect(tf.memory().numTensors).toBe(before);

    const broken = () => tinyBatches([], batchSize);
    await expect(events(options({ batches: broken }))).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
    await expect(events(options({ validationBatches: broken }))).rejects.toThrow('validation split');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are released on unsubscribing, and nothing is written', async () => {
    const before = tf.memory().numTensors;
    let closed = 0;
    const steps = await new Promise<number>((resolve) => {
      let count = 0;
      const subscription = train(
        options({
          batches: async function* (epoch) {
            try {
              yield* tinyBatches(order(epoch), batchSize);
            } finally {
              closed++;
              setImmediate(() => resolve(count));
            }
          },
        }),
      ).subscribe((event) => {
        if (event.type === 'step' && ++count === 2) subscription.unsubscribe();
      });
    });
    expect([steps, closed]).toEqual([2, 1]);
    expect(tf.memory().numTensors).toBe(before);
    expect(existsSync(join(folder, 'last.safetensors'))).toBe(false);
  });

  it('are released on unsubscribing while a batch is awaited that never comes', async () => {
    const before = tf.memory().numTensors;
    let returned = 0;
    const never: AsyncIterable<Batch> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: () => {
          returned++;
          return new Promise(() => undefined);
        },
      }),
    };
    const subscription = train(options({ batches: () => never })).subscribe();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    subscription.unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(returned).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('reports an error of the batches and one of the disk', async () => {
    const failing = async function* (): AsyncGenerator<Batch> {
      yield* tinyBatches(order(1).slice(0, 4), batchSize);
      throw new Error('decoder broke');
    };
    await expect(events(options({ batches: failing }))).rejects.toThrow('decoder broke');
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(events(options({ folder: join(file, 'run') }))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });
});
