import { describe, expect, it } from '@jest/globals';
import type { PluginContext } from '@foveate/contracts';
import { customCnn } from './index.js';

const context = {} as PluginContext;

async function variables(options: object, size = 224, classes = 2) {
  const result = await customCnn.options['~standard'].validate(options);
  if (result.issues !== undefined) throw new Error(result.issues.map(({ message }) => message).join());
  const factory = await customCnn.register(result.value, context);
  return factory.build({ height: size, width: size, classes }).variables;
}

const count = (list: Awaited<ReturnType<typeof variables>>): number =>
  list.filter(({ trainable }) => trainable).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

describe('custom-cnn', () => {
  it("has the paper's 294,994 trainable parameters, at any input size", async () => {
    expect(count(await variables({}))).toBe(294_994);
    expect(count(await variables({}, 112))).toBe(294_994);
  });

  it('counts other classes and channels as computed by hand', async () => {
    // (3*3*3+1)*4 + 2*4, (9*4+1)*6 + 2*6, then 12*3 + 3.
    expect(count(await variables({ channels: [4, 6] }, 8, 3))).toBe(120 + 234 + 39);
  });

  it('names every variable once', async () => {
    const names = (await variables({})).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('block8/norm/variance');
  });

  it('refuses images that its pools would reduce to nothing, and an odd number of blocks', async () => {
    await expect(variables({}, 15)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(variables({ channels: [4, 4, 4] })).rejects.toThrow('even number of blocks');
  });
});
