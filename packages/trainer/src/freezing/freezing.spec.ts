import { random, type HostTensors } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { initialise, withPrefix } from '@foveate/tensor';
import { describe, expect, it } from '@jest/globals';
import { batchTensors, stepTensors } from '../feed/batch-tensors.js';
import { sgdOptimizer } from '../../../optimizers/src/sgd.js';
import { trainStepProgram, type TrainStepParts } from '../step/train-step-program.js';
import { tinyBatch, tinyCrossEntropy, tinyHeatLoss, tinyModel, tinyStages } from '../testing/tiny.js';
import { frozenStages } from '../trunk/frozen-stages.js';
import { learningRateFactors } from './groups.js';
import { phasesOf } from './phases.js';
import { trainedPart, trainedVariables, type TrainedPart } from './trained-part.js';

const staged = tinyStages();
const names = (part: TrainedPart) => [...trainedVariables(staged, part)];
const trainable = staged.variables.filter((spec) => spec.trainable).map(({ name }) => name);

describe('trainedVariables', () => {
  it('counts convolutions from the top and takes all that stands above the lowest', () => {
    expect(names('all')).toEqual(trainable);
    expect(names({ lastConv: 3 })).toEqual(trainable);
    expect(names({ lastConv: 1 })).toEqual([
      'high/conv/kernel',
      'high/norm/gamma',
      'high/norm/beta',
      'dense/kernel',
      'dense/bias',
    ]);
    expect(() => names({ lastConv: 4 })).toThrow(
      'training.train: The model has fewer convolutions (expected at most 3, got 4)',
    );
  });

  it('finds the head, with stages and without', () => {
    expect(names('head')).toEqual(['dense/kernel', 'dense/bias']);
    expect([...trainedVariables(tinyModel, 'head')]).toEqual(['dense/kernel', 'dense/bias']);
  });

  it('takes globs and regular expressions', () => {
    expect(names({ pattern: '*/conv/kernel' })).toEqual(['low/conv/kernel', 'middle/conv/kernel', 'high/conv/kernel']);
    expect(names({ pattern: 'high/**' })).toEqual(['high/conv/kernel', 'high/norm/gamma', 'high/norm/beta']);
    expect(names({ pattern: '/^(high|dense).*(kernel|bias)$/' })).toEqual([
      'high/conv/kernel',
      'dense/kernel',
      'dense/bias',
    ]);
    // A point is a point.
    expect(() => names({ pattern: 'high.conv.kernel' })).toThrow('No trainable variable');
  });

  it('names what was probably meant', () => {
    expect(() => names({ pattern: 'hihg/**' })).toThrow(/No trainable variable matches 'hihg\/\*\*'.*'high'/);
    // Nothing is near: the parts of the network there are.
    expect(() => names({ pattern: 'nonsense/**' })).toThrow(/'low', 'middle', 'high', 'dense'/);
    expect(() => names({ pattern: '/(/' })).toThrow('Not a regular expression');
  });

  it('has options that refuse what means nothing', () => {
    for (const wrong of ['some', { lastConv: 0 }, { pattern: '' }, {}])
      expect(trainedPart.safeParse(wrong).success).toBe(false);
  });
});

describe('phases', () => {
  it('rise', () => {
    const phases = phasesOf(staged, {
      train: 'head',
      unfreeze: [
        { epoch: 3, train: { lastConv: 1 } },
        { epoch: 5, train: 'all' },
      ],
    });
    expect(phases.map(({ from, trained }) => [from, trained.size])).toEqual([
      [1, 2],
      [3, 5],
      [5, 11],
    ]);
    expect(() =>
      phasesOf(staged, {
        unfreeze: [
          { epoch: 3, train: 'all' },
          { epoch: 3, train: 'head' },
        ],
      }),
    ).toThrow('training.unfreeze[1].epoch: Epochs have to rise (expected more than 3, got 3)');
  });
});

const engine = tfjsEngine();
const batch = tinyBatch([0, 1, 2, 3]);

async function step(parts: Partial<TrainStepParts>, learningRate = 1) {
  const model = parts.model ?? staged;
  const before: HostTensors = withPrefix('model', initialise(model.variables, 4));
  const state = engine.createState(before);
  const all = { model, loss: tinyHeatLoss, optimizer: sgdOptimizer({ learningRate: 1 }), ...parts };
  const outputs = await engine
    .compile(trainStepProgram(all), state)
    .run({ ...batchTensors(batch), ...stepTensors(model, batch.ids.length, learningRate, random(1)) });
  const after = await state.read();
  state.dispose();
  const changed = Object.keys(before).filter((name) => String(before[name]?.data) !== String(after[name]?.data));
  return { before, after, changed: changed.map((name) => name.slice('model/'.length)), outputs };
}

describe('a training step with frozen layers', () => {
  it('changes nothing but the trained variables and the statistics of their layers', async () => {
    const { changed } = await step({ trained: trainedVariables(staged, { lastConv: 1 }) });
    expect(changed).toEqual([
      'high/conv/kernel',
      'high/norm/gamma',
      'high/norm/beta',
      'high/norm/mean',
      'high/norm/variance',
      'dense/kernel',
      'dense/bias',
    ]);
    expect((await step({ trained: trainedVariables(staged, 'head'), loss: tinyCrossEntropy })).changed).toEqual([
      'dense/kernel',
      'dense/bias',
    ]);
  });

  it('lets the statistics of frozen layers move when asked to', async () => {
    const trained = trainedVariables(staged, 'head');
    const { changed } = await step({ trained, frozenBatchNorm: 'train', loss: tinyCrossEntropy });
    const statistics = staged.variables.filter((spec) => !spec.trainable).map(({ name }) => name);
    expect(new Set(changed)).toEqual(new Set([...statistics, 'dense/kernel', 'dense/bias']));
  });

  it('computes no gradient below the lowest trained layer', async () => {
    for (const [part, expected] of [
      ['all', { middle: 1, high: 1 }],
      [{ lastConv: 2 }, { high: 1 }],
      [{ lastConv: 1 }, {}],
      ['head', {}],
    ] as const) {
      const backward: Record<string, number> = {};
      const model = tinyStages(backward);
      await step({ model, trained: trainedVariables(model, part), loss: tinyCrossEntropy });
      // The first stage is never asked: images have no gradient.
      expect(backward).toEqual(expected);
    }
  });

  it('multiplies the learning rates of groups, the first that matches', async () => {
    const groups = [
      { match: 'dense/*', learningRate: 0.5 },
      { match: '/kernel$/', learningRate: 0.25 },
    ];
    const factors = learningRateFactors(staged, groups);
    expect(factors.get('dense/kernel')).toBe(0.5);
    expect(factors.get('low/conv/kernel')).toBe(0.25);
    const [plain, grouped] = [await step({}), await step({ learningRateFactors: factors })];
    for (const { name } of staged.variables.filter((spec) => spec.trainable)) {
      const moved = ({ before, after }: typeof plain) =>
        Array.from(after[`model/${name}`]!.data, (value, index) => value - before[`model/${name}`]!.data[index]!);
      moved(grouped).forEach((value, index) =>
        expect(value).toBeCloseTo((factors.get(name) ?? 1) * moved(plain)[index]!, 5),
      );
    }
    expect(() => learningRateFactors(staged, [{ match: 'desne/*', learningRate: 1 }])).toThrow(
      /training\.groups\[0\]\.match: .*'dense'/,
    );
  });
});

describe('frozenStages', () => {
  it('counts the leading stages of which nothing changes', () => {
    const frozen = (part: TrainedPart, statistics: 'eval' | 'train' = 'eval') =>
      frozenStages(staged, trainedVariables(staged, part), statistics);
    expect([frozen('all'), frozen({ lastConv: 2 }), frozen({ lastConv: 1 }), frozen('head')]).toEqual([0, 1, 2, 3]);
    expect(frozen({ pattern: 'low/norm/*' })).toBe(0);
    expect(frozen('head', 'train')).toBe(0);
    expect(frozenStages(tinyModel, trainedVariables(tinyModel, 'head'), 'eval')).toBe(0);
  });
});
