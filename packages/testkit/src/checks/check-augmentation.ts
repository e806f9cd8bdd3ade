import { random, messageOf, type Augmentation, type AugmentedImages, type Plugin } from '@foveate/contracts';
import { block, picture, rasterFault } from './pictures.js';
import { broken, builtAndDescribed, same, type CheckSetting } from './broken.js';

const [width, height] = [32, 24];

function example(name: string): AugmentedImages {
  return {
    image: picture(width, height, name),
    aoi: block(width, height, { left: 8, right: 24, top: 6, bottom: 18 }),
    defects: [
      { type: 'scratch', mask: block(width, height, { left: 12, right: 15, top: 8, bottom: 14 }) },
      { type: 'spot', mask: block(width, height, { left: 2, right: 5, top: 2, bottom: 5 }) },
    ],
  };
}

/**
 * Checks an augmentation on twelve draws: draws that are pure and plain JSON, results that depend on the parameters alone,
 * also when memory is handed out that holds something, inputs left alone, masks that are masks, and masks left alone by
 * what is photometric.
 * @throws FoveateError `PLUGIN_INVALID` naming what is broken
 */
export async function checkAugmentation(plugin: Plugin<'augmentation'>, setting: CheckSetting = {}): Promise<void> {
  const service = await builtAndDescribed(plugin, setting);
  if (!['photometric', 'geometric', 'content'].includes(service.effect))
    throw broken(plugin, 'Its effect is none of photometric, geometric and content', { got: service.effect });
  let drawn = 0;
  for (let seed = 0; seed < 12; seed++) {
    const draw = () => service.draw(random(seed, 'testkit'), { width, height });
    const parameters = draw();
    if (!same(draw(), parameters)) throw broken(plugin, 'The same random numbers draw different parameters');
    if (parameters === undefined) continue;
    drawn++;
    const replayed: unknown = JSON.parse(JSON.stringify(parameters));
    if (!same(replayed, parameters))
      throw broken(plugin, 'Its parameters are not plain JSON values', { got: parameters });
    await checkApplied(plugin, service, parameters, replayed);
  }
  if (drawn === 0) throw broken(plugin, 'It never draws anything: set its probability to 1 for the check');
}

async function checkApplied(
  plugin: Plugin,
  service: Augmentation,
  parameters: unknown,
  replayed: unknown,
): Promise<void> {
  const apply = async (given: unknown, input: AugmentedImages, memory?: (bytes: number) => Uint8Array) => {
    try {
      const other = () => Promise.resolve(example('other'));
      return await service.apply(input, given, { other, ...(memory === undefined ? {} : { memory }) });
    } catch (error) {
      throw broken(plugin, `It throws: ${messageOf(error)}`);
    }
  };
  const input = example('input');
  const result = structuredClone(await apply(parameters, input));
  if (!same(input, example('input'))) throw broken(plugin, 'It changes its input');
  for (const [name, raster, channels] of [
    ['image', result.image, 3],
    ['area of interest', result.aoi, 1],
    ...result.defects.map(({ type, mask }) => [`mask of '${type}'`, mask, 1] as const),
  ] as const) {
    const fault = rasterFault(raster, input.image, channels);
    if (fault !== undefined) throw broken(plugin, `The ${name} of its result ${fault}`);
  }
  if (service.effect === 'photometric' && !same([result.aoi, result.defects], [input.aoi, input.defects]))
    throw broken(plugin, 'It says that it is photometric and changes masks');
  if (!same(await apply(replayed, example('input')), result))
    throw broken(plugin, 'The same parameters give another result the second time');
  const used = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(77);
  if (!same(await apply(replayed, example('input'), used), result))
    throw broken(plugin, 'Its result depends on what lay in the memory it was given');
}
