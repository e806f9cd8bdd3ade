import { describe, expect, it } from '@jest/globals';
import { customCnn } from './index.js';
import { buildModel, parameters } from './testing/build.js';

describe('custom-cnn', () => {
  it("has the paper's 294,994 trainable parameters, at any input size", async () => {
    expect(parameters(await buildModel(customCnn, {}, { size: 224 }))).toBe(294_994);
    expect(parameters(await buildModel(customCnn, {}, { size: 112 }))).toBe(294_994);
  });

  it('counts other classes and channels as computed by hand', async () => {
    // (3*3*3+1)*4 + 2*4, (9*4+1)*6 + 2*6, then 12*3 + 3.
    expect(parameters(await buildModel(customCnn, { channels: [4, 6] }, { size: 8, classes: 3 }))).toBe(120 + 234 + 39);
  });

  it('names every variable once', async () => {
    const names = (await buildModel(customCnn)).variables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('block8/norm/variance');
  });

  it('refuses images that its pools would reduce to nothing, and an odd number of blocks', async () => {
    await expect(buildModel(customCnn, {}, { size: 15 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(buildModel(customCnn, { channels: [4, 4, 4] })).rejects.toThrow('even number of blocks');
  });
});
