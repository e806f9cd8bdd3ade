import { expect, it } from '@jest/globals';
import { brightnessContrast } from './index.js';
import { alone, build, example, operate } from './testing/operate.js';

it('is the stated line, cut at both ends', async () => {
  const input = example();
  const service = await build(brightnessContrast);
  const output = await service.apply(input, { offset: 30, gain: 1.5 }, alone);
  for (const [index, value] of input.image.data.entries()) {
    const exact = Math.min(255, Math.max(0, 128 + 1.5 * (value - 128) + 30));
    expect(Math.abs((output.image.data[index] ?? 0) - exact)).toBeLessThanOrEqual(0.5);
  }
});

it('changes nothing at strength zero', async () => {
  expect(await operate(brightnessContrast, example(), { brightness: 0, contrast: 0 })).toEqual(example());
});
