/** Operations as the tests use them. */
import { random } from '@foveate/contracts';
import type { AugmentationContext, AugmentedImages, Mask, Plugin, PluginContext, Raster } from '@foveate/contracts';

const pluginContext: PluginContext = {
  baseFolder: '/',
  seed: 1,
  get: () => {
    throw new Error('no other plugin is needed');
  },
};

/** No other sample. */
export const alone: AugmentationContext = { other: () => Promise.resolve(undefined) };

/** The service of a plugin; missing options have their defaults. */
export async function build(plugin: Plugin<'augmentation'>, options: object = {}) {
  const checked = await plugin.options['~standard'].validate(options);
  if (checked.issues !== undefined) throw new Error(JSON.stringify(checked.issues));
  return plugin.register(checked.value, pluginContext);
}

/** Draws until something is drawn, and does it. */
export async function operate(
  plugin: Plugin<'augmentation'>,
  input: AugmentedImages,
  {
    seed = 1,
    context = alone,
    ...options
  }: { seed?: number; context?: AugmentationContext } & Record<string, unknown> = {},
): Promise<AugmentedImages> {
  const service = await build(plugin, { probability: 1, ...options });
  return service.apply(input, service.draw(random(seed, plugin.meta.id), input.image), context);
}

/** An image whose pixels are given by a function of column and row. */
export function drawn(
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.set(colour(pixel % width, Math.floor(pixel / width)), pixel * 3);
  }
  return { width, height, channels: 3, data };
}

/** A mask of the pixels for which a function of column and row holds. */
export function masked(width: number, height: number, inside: (x: number, y: number) => boolean): Mask {
  const data = new Uint8Array(width * height).map((_, pixel) =>
    inside(pixel % width, Math.floor(pixel / width)) ? 255 : 0,
  );
  return { width, height, channels: 1, data };
}

/** 48x40: a soft pattern, an area of interest in the middle, one defect in it and one outside. */
export function example(): AugmentedImages {
  const [width, height] = [48, 40];
  return {
    image: drawn(width, height, (x, y) => [100 + 3 * x, 60 + 4 * y, 128 + 40 * Math.sin((x + y) / 3)]),
    aoi: masked(width, height, (x, y) => x >= 14 && x < 34 && y >= 10 && y < 32),
    defects: [
      { type: 'scratch', mask: masked(width, height, (x, y) => x >= 20 && x < 23 && y >= 14 && y < 26) },
      { type: 'spot', mask: masked(width, height, (x, y) => (x - 6) ** 2 + (y - 30) ** 2 < 9) },
    ],
  };
}
