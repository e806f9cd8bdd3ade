import { describe, expect, it } from '@jest/globals';
import { efficientNetB0, efficientNetB1, efficientNetB2, efficientNetB3 } from './index.js';
import { buildModel, parameters } from './testing/build.js';

describe('EfficientNet', () => {
  it.each([
    // Published counts, with the 1,000 classes of ImageNet.
    [efficientNetB0, 5_288_548],
    [efficientNetB1, 7_794_184],
    [efficientNetB2, 9_109_994],
    [efficientNetB3, 12_233_232],
  ])('$meta.id has the published number of parameters', async (plugin, published) => {
    expect(parameters(await buildModel(plugin, {}, { classes: 1000 }))).toBe(published);
  });

  it('B0 has the 81 convolutions that the paper counts from the top', async () => {
    const { variables } = await buildModel(efficientNetB0);
    const convolutions = variables.filter(({ shape }) => shape.length === 4).map(({ name }) => name);
    expect(convolutions).toHaveLength(81);
    expect(convolutions.at(0)).toBe('stem/conv/kernel');
    expect(convolutions.at(1)).toBe('stage1/block1/depthwise/conv/depthwise');
    expect(convolutions.at(-1)).toBe('top/conv/kernel');
    expect(convolutions.at(-20)).toBe('stage6/block2/depthwise/conv/depthwise');
  });

  it('drops deeper blocks more often, and only those that can be skipped', async () => {
    const { noise } = await buildModel(efficientNetB0);
    expect(Object.keys(noise ?? {})).toEqual([
      ...['stage2/block2', 'stage3/block2', 'stage4/block2', 'stage4/block3', 'stage5/block2', 'stage5/block3'],
      ...['stage6/block2', 'stage6/block3', 'stage6/block4', 'dropout'],
    ]);
    expect(noise?.['dropout']).toBe(1280);
    expect((await buildModel(efficientNetB0, { dropout: 0, stochasticDepth: 0 })).noise).toEqual({});
  });

  it('refuses a rate of one, which would leave nothing', async () => {
    await expect(buildModel(efficientNetB0, { dropout: 1 })).rejects.toThrow();
  });
});
