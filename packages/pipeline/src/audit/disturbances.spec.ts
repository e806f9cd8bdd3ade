import { describe, expect, it } from '@jest/globals';
import { definePlugin, type AnyPlugin, type AugmentedImages } from '@foveate/contracts';
import type { RunScope } from '@foveate/stages';
import { z } from 'zod';
import { disturbance, type DisturbanceOptions } from './disturbances.js';

/** Adds to every pixel; of content only where it is told to. */
const brighter = (id: string, effect: 'photometric' | 'geometric' | 'content'): AnyPlugin =>
  definePlugin({
    meta: { kind: 'augmentation', id, contract: '^2', summary: 'Adds.' },
    options: z.strictObject({ by: z.int().default(10), odds: z.number().default(1) }),
    register: ({ by, odds }) => ({
      effect,
      draw: (random) => (random.float() < odds ? { by } : undefined),
      apply: (input, parameters) => {
        const data = input.image.data.map((value) => value + (parameters as { readonly by: number }).by);
        return { ...input, image: { ...input.image, data } };
      },
    }),
  });

const plugins = [brighter('light', 'photometric'), brighter('turn', 'geometric'), brighter('paste', 'content')];
const scope = {
  seed: 3,
  settings: { baseFolder: '.' },
  plugin: (_: string, id: string) => Promise.resolve(plugins.find(({ meta }) => meta.id === id)),
} as unknown as RunScope;

const images: AugmentedImages = {
  image: { width: 3, height: 1, channels: 3, data: Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3) },
  aoi: { width: 3, height: 1, channels: 1, data: Uint8Array.of(0, 255, 0) },
  defects: [],
};
const context = { other: () => Promise.resolve(undefined) };

async function done(options: DisturbanceOptions, sample = 'a'): Promise<readonly number[] | undefined> {
  const result = await (await disturbance(options, scope)).apply(sample, images, context);
  return result && [...result.image.data].filter((_, at) => at % 3 === 0);
}

describe('a disturbance', () => {
  it('changes colours on its side alone, and content as the augmentation does', async () => {
    expect(await done({ side: 'outside', augment: { id: 'light' } })).toEqual([11, 2, 13]);
    expect(await done({ side: 'inside', augment: { id: 'light', by: 5 } })).toEqual([1, 7, 3]);
    expect(await done({ side: 'outside', augment: { id: 'paste' } })).toEqual([11, 12, 13]);
  });

  it('is done for certain, and says when nothing was done', async () => {
    const rare = { side: 'outside', augment: { id: 'light', odds: 0.2 } } as const;
    for (let i = 0; i < 40; i++) expect(await done(rare, `sample ${String(i)}`)).toEqual([11, 2, 13]);
    expect(await done({ side: 'outside', augment: { id: 'light', odds: 0 } })).toBeUndefined();
    expect(await done({ side: 'outside', augment: { id: 'light', by: 0 } })).toBeUndefined();
  });

  it('refuses what moves the area, and options that are wrong', async () => {
    await expect(done({ side: 'outside', augment: { id: 'turn' } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(done({ side: 'outside', augment: { id: 'light', bye: 1 } })).rejects.toMatchObject({ parts: { where: 'outside light' } }); // prettier-ignore
  });
});
