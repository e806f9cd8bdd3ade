import { describe, expect, it } from '@jest/globals';
import { random } from '@foveate/contracts';
import type { AugmentedImages, Plugin } from '@foveate/contracts';
import { readFile } from 'node:fs/promises';
import * as plugins from './index.js';
import { build, example, operate } from './testing/operate.js';

const other = example();
const context = {
  other: () =>
    Promise.resolve<AugmentedImages>({
      ...other,
      image: { ...other.image, data: other.image.data.map((value) => 255 - value) },
    }),
};
const all: [string, Plugin<'augmentation'>][] = Object.entries(plugins);

/** Options that are needed, or where the defaults are too gentle for a picture of 48x40. */
const needed: Record<string, Record<string, unknown>> = {
  'defocus-blur': { radius: 0.1 },
  'one-of': { of: [{ id: 'gamma', service: await build(plugins.gamma) }] },
};

describe.each(all)('%s', (...[, plugin]) => {
  it('is pure: what was drawn can be written as JSON and gives the same again', async () => {
    const service = await build(plugin, { ...needed[plugin.meta.id], probability: 1 });
    const input = example();
    for (const seed of [1, 2, 3]) {
      const parameters = service.draw(random(seed), input.image);
      const read: unknown = JSON.parse(JSON.stringify(parameters));
      expect(read).toEqual(parameters);
      expect(service.draw(random(seed), input.image)).toEqual(parameters);
      const first = await service.apply(input, parameters, context);
      expect(input).toEqual(example());
      expect(await service.apply(example(), read, context)).toEqual(first);
      const memory = (bytes: number) => new Uint8Array(bytes).fill(77);
      expect(await service.apply(example(), read, { ...context, memory })).toEqual(first);
    }
  });

  it('changes the image and keeps sizes, bytes and binary masks', async () => {
    const input = example();
    const outputs = await Promise.all(
      [1, 2, 3, 4].map((seed) => operate(plugin, input, { seed, context, ...needed[plugin.meta.id] })),
    );
    expect(outputs.some(({ image }) => !Buffer.from(image.data).equals(input.image.data))).toBe(true);
    for (const { image, aoi, defects } of outputs) {
      expect(image).toMatchObject({ width: 48, height: 40, channels: 3 });
      expect(image.data).toBeInstanceOf(Uint8Array);
      expect(image.data).toHaveLength(48 * 40 * 3);
      for (const mask of [aoi, ...defects.map((defect) => defect.mask)]) {
        expect(mask).toMatchObject({ width: 48, height: 40, channels: 1 });
        expect(mask.data.every((value) => value === 0 || value === 255)).toBe(true);
        expect(mask.data.includes(255)).toBe(true);
      }
    }
  });

  it('leaves the masks alone when it is photometric', async () => {
    if ((await build(plugin, needed[plugin.meta.id])).effect !== 'photometric') return;
    const input = example();
    const output = await operate(plugin, input, { ...needed[plugin.meta.id] });
    expect(output.aoi).toBe(input.aoi);
    expect(output.defects).toBe(input.defects);
  });

  it('happens as often as asked', async () => {
    const count = async (probability: number) => {
      const service = await build(plugin, { ...needed[plugin.meta.id], probability });
      const drawn = Array.from({ length: 1000 }, (_, i) => service.draw(random(7, i), { width: 48, height: 40 }));
      return drawn.filter((parameters) => parameters !== undefined).length;
    };
    expect([await count(0), await count(1)]).toEqual([0, 1000]);
    // 250 expected, standard deviation 14.
    expect(Math.abs((await count(0.25)) - 250)).toBeLessThan(60);
  });
});

it('lists its plugins in package.json as the code has them', async () => {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    foveate: { plugins: { id: string }[] };
  };
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  const code = all.map(([name, { meta }]) => ({
    kind: meta.kind,
    id: meta.id,
    export: name,
    summary: meta.summary,
  }));
  expect(manifest.foveate.plugins).toEqual(code.sort(byId));
});
