/** Labels after augmentation, held against counting pixels. */
import { expect, it } from '@jest/globals';
import type { AugmentedImages, Label, LabelledSample, Mask } from '@foveate/contracts';
import { createRunner } from '@foveate/pipeline';
import fc from 'fast-check';
import { buildServices } from '../../assembly/src/container.js';
import { operationsOf } from '../../stages/src/data/operations.js';
import { augmentSample } from '../../stages/src/data/augment-sample.js';
import { defaultConfig, defaultPlugins } from './index.js';

const side = 24;
const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });
const config = await runner.makeConfig(
  {
    data: {
      augment: [
        { id: 'random-resized-crop', area: 0.05 },
        { id: 'affine', rotate: 60, border: 'constant' },
        { id: 'translate', x: 0.5, y: 0.5 },
        'flip-vertical',
        { id: 'dropout', probability: 1 },
        { id: 'defect-paste', place: 'inside', probability: 0.1 },
        { id: 'defect-paste', place: 'outside', probability: 1 },
      ],
      label: { id: 'aoi', byGeometry: { inside: 0.7, outside: 0.2, between: 'drop' } },
    },
  },
  '/',
);
const services = await buildServices(config, runner.registry);
const operations = await operationsOf(config, services);
const labeller = await services.get('labeller');

type Box = readonly [x: number, y: number, width: number, height: number];
const box = fc.tuple(fc.nat(18), fc.nat(18), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }));

function mask([x0, y0, width, height]: Box): Mask {
  const data = new Uint8Array(side * side).map((_, pixel) => {
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    return x >= x0 && x < x0 + width && y >= y0 && y < y0 + height ? 255 : 0;
  });
  return { width: side, height: side, channels: 1, data };
}

function images(aoi: Box, defects: readonly Box[]): AugmentedImages {
  const image = { width: side, height: side, channels: 3 as const, data: new Uint8Array(side * side * 3).fill(99) };
  return { image, aoi: mask(aoi), defects: defects.map((one, i) => ({ type: `type-${String(i)}`, mask: mask(one) })) };
}

/** The label by the definition: the defect that is most inside decides; undefined in between. */
function counted({ aoi, defects }: AugmentedImages): Label | undefined {
  const shares = defects.map(({ mask: { data } }) => {
    const all = [...data.keys()].filter((pixel) => data[pixel] === 255);
    return all.filter((pixel) => aoi.data[pixel] === 255).length / all.length;
  });
  const most = Math.max(0, ...shares);
  return most >= 0.7 ? 1 : most <= 0.2 ? 0 : undefined;
}

it('is what the masks say, whatever was done', async () => {
  const donor = images([0, 0, 12, 24], [[3, 3, 2, 2]]);
  const context = { other: () => Promise.resolve(donor) };
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(box, fc.array(box, { maxLength: 3 }), fc.nat(), async (aoi, defects, seed) => {
      const before = images(aoi, defects);
      const label = counted(before);
      if (label === undefined) return;
      const sample: LabelledSample = {
        id: 'one',
        label,
        reason: 'counted',
        defectTypes: before.defects.map(({ type }) => type),
      };
      const after = await augmentSample(operations, before, { seed, epoch: 1, sample, labeller, context });
      expect(after.label).toBe(counted(after.images));
      outcomes.add(`${String(label)} to ${String(after.label)}`);
      for (const { undone } of after.record) if (undone !== undefined) outcomes.add(undone);
    }),
    // Seeded, so that every outcome comes.
    { numRuns: 300, seed: 1 },
  );
  expect([...outcomes].sort()).toEqual(['0 to 0', '0 to 1', '1 to 0', '1 to 1', 'between-thresholds']);
});
