import { fail, type HostTensors } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { initialise } from '@foveate/tensor';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { loadModelState } from './checkpoint.js';
import { evaluate, type EvaluateOptions, type ExplainedSample } from './evaluate.js';
import { tinyBatch, tinyBatches, tinyGradCam, tinyHeatLoss, tinyModel } from './testing/tiny.js';

const order = [0, 1, 2, 3, 4];
const options = (changes: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  engine: tfjsEngine(),
  model: tinyModel,
  loss: tinyHeatLoss,
  explainer: tinyGradCam,
  variables: initialise(tinyModel.variables, 2),
  batches: tinyBatches(order, 2),
  ...changes,
});

describe('evaluate', () => {
  it('predicts every sample in order, the same in any batch size', async () => {
    const before = tf.memory().numTensors;
    const predictions = await evaluate(options());
    expect(predictions.map(({ id }) => id)).toEqual(['s0', 's1', 's2', 's3', 's4']);
    const one = await evaluate(options({ batches: tinyBatches(order, 5) }));
    predictions.forEach(({ score, loss }, index) => {
      expect(one[index]!.score).toBeCloseTo(score, 5);
      expect(one[index]!.loss).toBeCloseTo(loss, 5);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('hands out image, area of interest and heatmap of each sample', async () => {
    const seen: ExplainedSample[] = [];
    const predictions = await evaluate(
      options({
        onExplained: (sample) => {
          seen.push(sample);
        },
      }),
    );
    expect(seen.map(({ prediction }) => prediction)).toEqual(predictions);
    const { prediction, heatmap, image, aoi } = seen[3]!;
    const alone = tinyBatch([3]);
    expect(image).toEqual(alone.images);
    expect(aoi).toEqual(alone.aoi);
    const mass = heatmap.reduce((sum, value) => sum + value, 0);
    const inside = heatmap.reduce((sum, value, index) => sum + value * aoi[index]!, 0);
    if (mass > 0) expect(prediction.aoiShare).toBeCloseTo(inside / mass, 5);
    else expect(prediction).not.toHaveProperty('aoiShare');
    expect(seen.some((sample) => sample.heatmap.some((value) => value > 0))).toBe(true);
  });

  it('stops on a signal and on errors, closing the batches and releasing the engine', async () => {
    const before = tf.memory().numTensors;
    const stop = new AbortController();
    let closed = 0;
    const watched = async function* () {
      try {
        yield* tinyBatches(order, 2);
      } finally {
        closed++;
      }
    };
    const onExplained = ({ prediction }: ExplainedSample) => {
      if (prediction.id === 's1') stop.abort(new Error('enough'));
    };
    await expect(evaluate(options({ batches: watched(), onExplained, signal: stop.signal }))).rejects.toThrow('enough');
    const broken = () => {
      throw fail({ code: 'OUTPUT_UNWRITABLE', what: 'no space' });
    };
    await expect(evaluate(options({ batches: watched(), onExplained: broken }))).rejects.toThrow('no space');
    expect(closed).toBe(2);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses weights of another model', async () => {
    const variables = initialise(tinyModel.variables.slice(0, -1), 2);
    await expect(evaluate(options({ variables }))).rejects.toThrow("Variable 'dense/bias'");
  });

  it('refuses weights that no score comes of', async () => {
    const variables = Object.fromEntries(
      Object.entries(initialise(tinyModel.variables, 2)).map(([name, tensor]) => [
        name,
        { ...tensor, data: tensor.data.map(() => Number.NaN) },
      ]),
    ) as HostTensors;
    await expect(evaluate(options({ variables }))).rejects.toMatchObject({ code: 'RUN_INVALID' });
  });
});

describe('loadModelState', () => {
  it('says when there is no checkpoint', async () => {
    await expect(loadModelState('/nowhere/best.safetensors', tinyModel)).rejects.toMatchObject({ code: 'RUN_INVALID' });
  });
});
