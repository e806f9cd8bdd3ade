import { describe, expect, it } from '@jest/globals';
import { flipHorizontal, flipVertical, translate } from './index.js';
import { alone, build, drawn, example, masked, operate } from './testing/operate.js';

describe('flips', () => {
  it('mirror, and twice is nothing', async () => {
    const { image } = example();
    const start = (x: number, y: number): number => (y * 48 + x) * 3;
    const [across, down] = [await operate(flipHorizontal, example()), await operate(flipVertical, example())];
    expect(across.image.data[start(47, 2)]).toBe(image.data[start(0, 2)]);
    expect(down.image.data[start(4, 39)]).toBe(image.data[start(4, 0)]);
    expect(await operate(flipHorizontal, across)).toEqual(example());
    expect(await operate(flipVertical, down)).toEqual(example());
  });
});

describe('every move', () => {
  const far = { image: drawn(16, 12, (x, y) => [x, y, 0]), aoi: masked(16, 12, (x, y) => x === 14 && y === 5) };

  it('leaves an image alone whose area of interest would be lost', async () => {
    const service = await build(translate, { x: 0.5, y: 0 });
    const input = { ...far, defects: [] };
    expect(await service.apply(input, { dx: 4, dy: 0 }, alone)).toBe(input);
  });

  it('drops a defect that leaves the image', async () => {
    const service = await build(translate, { x: 0.5, y: 0 });
    const defects = [{ type: 'spot', mask: masked(16, 12, (x, y) => x === 1 && y === 3) }];
    const output = await service.apply({ ...far, defects }, { dx: -3, dy: 0 }, alone);
    expect(output.defects).toEqual([]);
    expect(output.aoi).toEqual(masked(16, 12, (x, y) => x === 11 && y === 5));
  });
});
