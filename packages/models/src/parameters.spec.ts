import { describe, expect, it } from '@jest/globals';
import { mobileNetV2, mobileNetV3Small, resNet18 } from './index.js';
import { buildModel, parameters } from './testing/build.js';

describe('published numbers of parameters, with the 1,000 classes of ImageNet', () => {
  it.each([
    [mobileNetV2, 3_504_872],
    [mobileNetV3Small, 2_542_856],
    [resNet18, 11_689_512],
  ])('$meta.id', async (plugin, published) => {
    expect(parameters(await buildModel(plugin, {}, { classes: 1000 }))).toBe(published);
  });
});
