import { describe, expect, it } from '@jest/globals';
import { random } from '@foveate/contracts';
import { brightnessContrast, dropout, flipHorizontal, gamma, oneOf } from './index.js';
import { alone, build, example } from './testing/operate.js';

const size = { width: 48, height: 40 };
const built = async (plugin: Parameters<typeof build>[0], options: object = {}) => ({
  id: plugin.meta.id,
  service: await build(plugin, { probability: 1, ...options }),
});

describe('one-of', () => {
  it('chooses by weight', async () => {
    const of = [await built(gamma), await built(flipHorizontal), await built(brightnessContrast)];
    const service = await build(oneOf, { of, weights: [3, 1, 0] });
    const ids = Array.from({ length: 2000 }, (_, i) => (service.draw(random(1, i), size) as { id: string }).id);
    // 500 expected, standard deviation 19.
    expect(Math.abs(ids.filter((id) => id === 'flip-horizontal').length - 500)).toBeLessThan(80);
    expect(ids).not.toContain('brightness-contrast');
  });

  it('does what the chosen operation does', async () => {
    const flip = await built(flipHorizontal);
    const service = await build(oneOf, { of: [flip] });
    const drawn = service.draw(random(3), size);
    expect(drawn).toEqual({ id: 'flip-horizontal', index: 0, parameters: {} });
    expect(await service.apply(example(), drawn, alone)).toEqual(await flip.service.apply(example(), {}, alone));
  });

  it('draws nothing where the chosen operation does not', async () => {
    const service = await build(oneOf, { of: [await built(flipHorizontal, { probability: 0 })] });
    expect(service.draw(random(3), size)).toBeUndefined();
  });

  it('can change what its operations can change', async () => {
    const [light, move, hide] = [await built(gamma), await built(flipHorizontal), await built(dropout)];
    const effectOf = async (...of: object[]) => (await build(oneOf, { of })).effect;
    expect(await effectOf(light, light)).toBe('photometric');
    expect(await effectOf(move, light)).toBe('geometric');
    expect(await effectOf(light, hide, move)).toBe('content');
  });

  it('refuses weights that do not fit', async () => {
    const of = [await built(gamma), await built(flipHorizontal)];
    await expect(build(oneOf, { of, weights: [1] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(build(oneOf, { of, weights: [0, 0] })).rejects.toThrow(/expected 2 numbers, not all 0/);
  });
});
