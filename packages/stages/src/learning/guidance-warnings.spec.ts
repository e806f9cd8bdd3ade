import { describe, expect, it } from '@jest/globals';
import type { AssignedSample, Batch, DefectVerdict, Loss, Model } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { BatchPlan } from '../data/make-batch.js';
import { guidanceWarnings } from './guidance-warnings.js';

const side = 32;

/** Feature maps of a quarter of the size: cells of 4 x 4 pixels. */
const model = {
  classes: 2,
  height: side,
  width: side,
  variables: [],
  features: (images) => tf.avgPool(images, 4, 4, 'valid'),
  head: (map) => tf.slice(tf.mean<tf.Tensor2D>(map, [1, 2]), [0, 0], [-1, 2]),
} satisfies Model;

const loss = (uses: Loss['uses']) => ({ uses }) as Loss;

/** What is said where the area of image i is of `areas[i]` pixels and its defect was judged as `verdicts` say. */
async function warningsFor(
  areas: readonly number[],
  verdict: Partial<DefectVerdict> = { shareInside: 1 },
  uses: Loss['uses'] = ['aoi'],
): Promise<readonly string[]> {
  const samples = areas.map((_, index): AssignedSample => ({
    id: String(index),
    split: 'train',
    label: 1,
    reason: '',
    defectTypes: ['dent'],
    verdicts: [{ type: 'dent', side: 'inside', rule: 'geometry', shareInside: null, area: null, ...verdict }],
  }));
  const given: Batch[] = [];
  const taken: Batch[] = [];
  const work = {
    batch: async ({ samples: some }: BatchPlan): Promise<Batch> => {
      const ids = some.map(({ sample }) => sample.id);
      const aoi = new Float32Array(ids.length * side * side);
      ids.forEach((id, index) => aoi.fill(1, index * side * side, index * side * side + (areas[Number(id)] ?? 0)));
      const batch = {
        ids,
        aoi,
        images: new Float32Array(),
        labels: new Int32Array(ids.length),
        height: side,
        width: side,
      };
      given.push(batch);
      return batch;
    },
    reuse: (batch: Batch) => void taken.push(batch),
  };
  const data = { samples };
  const run = { work: { data: work }, settings: { training: { batchSize: 3 } } };
  const stored = samples.map((sample) => ({ sample }));
  const warnings = await guidanceWarnings({ loss: loss(uses), model }, { ...data, stored } as never, run as never);
  expect(taken).toEqual(given);
  return warnings;
}

describe('guidanceWarnings', () => {
  it('has none where areas can guide', async () => {
    expect(await warningsFor([100, 200, 300, 16])).toEqual([]);
  });

  it('says where the area is the whole image', async () => {
    const [warning, ...others] = await warningsFor([1024, 100, 1024, 50, 1024]);
    expect(warning).toContain('whole image in 3 of 5 training images');
    expect(others).toEqual([]);
    expect((await warningsFor([1024, 1024]))[0]).toContain('all 2 training images');
    // Where in a whole image the defect lies makes no difference.
    expect(await warningsFor([1024, 1024], { shareInside: null })).toHaveLength(1);
  });

  it('says where the area is smaller than a cell of the heatmap', async () => {
    const [warning, ...others] = await warningsFor([15, 16]);
    expect(warning).toContain('smaller than one cell of the heatmap (4 x 4 pixels) in 1 of 2');
    expect(others).toEqual([]);
  });

  it('says where nobody measured the place of the defect', async () => {
    const [warning, ...others] = await warningsFor([100, 100], { rule: 'type', shareInside: null });
    expect(warning).toContain('in all 2 defective training images');
    expect(others).toEqual([]);
  });

  it('says nothing where the loss uses no areas', async () => {
    expect(await warningsFor([1024], { shareInside: null }, [])).toEqual([]);
  });

  it('looks at 64 images of a large set at most', async () => {
    expect((await warningsFor(Array.from({ length: 1000 }, () => 1024)))[0]).toContain(
      'all 64 training images looked at',
    );
  });
});
