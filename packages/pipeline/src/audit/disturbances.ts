/** What is done to images on one side of the area of interest, to see whether the decision changes. */
import { fail, random } from '@foveate/contracts';
import type {
  Augmentation,
  AugmentationContext,
  AugmentedImages,
  Mask,
  PluginContext,
  Raster,
} from '@foveate/contracts';
import { blended } from '@foveate/image';
import type { RunScope } from '@foveate/stages';

/** Where something is done. */
type Side = 'outside' | 'inside';

/** An augmentation that is done for certain, on one side alone. */
export interface DisturbanceOptions {
  readonly side: Side;
  /** Id and options of the augmentation. What does not move pixels is done on this side alone, whatever it is. */
  readonly augment: Readonly<Record<string, unknown>> & { readonly id: string };
}

/** A disturbance, ready to be done. */
export interface Disturbance {
  readonly side: Side;
  /** Id of the augmentation. */
  readonly id: string;
  /**
   * The same sample and seed, the same result.
   * @returns undefined when nothing was done: it did not fit, or no other sample has what it takes
   */
  apply(sample: string, images: AugmentedImages, context: AugmentationContext): Promise<AugmentedImages | undefined>;
}

/** @throws FoveateError `PLUGIN_UNKNOWN`, or `CONFIG_INVALID` for options that are wrong or an augmentation that moves the area */
export async function disturbance(
  { side, augment: { id, ...options } }: DisturbanceOptions,
  scope: RunScope,
): Promise<Disturbance> {
  const plugin = await scope.plugin('augmentation', id);
  const checked = await plugin.options['~standard'].validate(options);
  if (checked.issues !== undefined) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: checked.issues[0]?.message ?? 'Options are wrong',
      where: `${side} ${id}`,
    });
  }
  const context: PluginContext = {
    baseFolder: scope.settings.baseFolder,
    seed: scope.seed,
    get: (kind) => scope.get(kind),
  };
  const operation = (await plugin.register(checked.value as never, context)) as Augmentation;
  if (operation.effect === 'geometric') {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'An augmentation that moves the area of interest disturbs both sides',
      where: `${side} ${id}`,
      advice: 'Choose one that changes colours or content',
    });
  }
  return {
    side,
    id,
    apply: async (sample, images, others) => {
      const parameters = operation.draw(random(scope.seed, 'audit', side, id, sample), images.image);
      if (parameters === undefined) return undefined;
      const done = await operation.apply(images, parameters, others);
      const result = operation.effect === 'content' ? done : { ...images, image: onSide(images, done.image, side) };
      return isChanged(images.image, result.image) ? result : undefined;
    },
  };
}

/** The disturbed image on one side, the image as it was on the other. */
function onSide({ image, aoi }: AugmentedImages, disturbed: Raster, side: Side): Raster {
  return blended(image, disturbed.data, coverOf(aoi, side));
}

function coverOf({ data }: Mask, side: Side): Float32Array {
  const cover = new Float32Array(data.length);
  for (let pixel = 0; pixel < cover.length; pixel++) cover[pixel] = (data[pixel] !== 0) === (side === 'inside') ? 1 : 0;
  return cover;
}

function isChanged(before: Raster, after: Raster): boolean {
  return Buffer.compare(before.data, after.data) !== 0;
}
