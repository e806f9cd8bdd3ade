/** How the operations of this package are declared: what they draw, what they do with it, and how often. */
import { definePlugin } from '@foveate/contracts';
import type {
  Augmentation,
  AugmentationContext,
  AugmentationEffect,
  AugmentedImages,
  Mask,
  PixelMemory,
  Plugin,
  RandomStream,
  Raster,
} from '@foveate/contracts';
import { newPixels } from '@foveate/image';
import { z } from 'zod';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The option all operations have. */
export function probability(usual = 1) {
  return z.number().min(0).max(1).default(usual).describe('How likely an image is changed.');
}

type Schema = z.ZodType<{ readonly probability: number }>;
/** The checked options of a schema, as `definePlugin` infers them. */
type Checked<Options extends Schema> = NonNullable<Options['~standard']['types']>['output'];

interface Declaration<Options extends Schema, Parameters> {
  readonly id: string;
  readonly summary: string;
  readonly options: Options;
  /** What is done to an image that is changed: JSON values that say all, so that they can be replayed without options. */
  draw(random: RandomStream, options: Checked<Options>, size: Size): Parameters;
}

function define<Options extends Schema, Parameters>(
  effect: AugmentationEffect,
  { id, summary, options, draw }: Declaration<Options, Parameters>,
  apply: Augmentation<Parameters>['apply'],
): Plugin<'augmentation', Checked<Options>> {
  return definePlugin({
    meta: { kind: 'augmentation', id, contract: '^2', summary },
    options,
    register: (chosen): Augmentation<Parameters> => ({
      effect,
      draw: (random, size) => (random.float() < chosen.probability ? draw(random, chosen, size) : undefined),
      apply,
    }),
  });
}

/** An operation that changes how the image looks and leaves the masks alone. */
export function definePhotometric<Options extends Schema, Parameters>(
  declaration: Declaration<Options, Parameters> & {
    /** @param memory for the result */
    change(image: Raster, parameters: Parameters, memory: PixelMemory): Raster | Promise<Raster>;
  },
): Plugin<'augmentation', Checked<Options>> {
  return define('photometric', declaration, async ({ image, ...masks }, parameters, { memory = newPixels }) => ({
    image: await declaration.change(image, parameters, memory),
    ...masks,
  }));
}

/** How rasters of one sample move; used at once and not kept. */
export interface Move {
  image(image: Raster, memory: PixelMemory): Raster;
  mask(mask: Mask, memory: PixelMemory): Mask;
}

/** A move of whole pixels, the same for image and masks. */
export function pixelMove(move: <R extends Raster>(raster: R, memory: PixelMemory) => R): Move {
  return { image: move, mask: move };
}

/**
 * An operation that moves image and masks together. A defect that leaves the image is gone; an image whose area of
 * interest would leave it stays as it is.
 */
export function defineGeometric<Options extends Schema, Parameters>(
  declaration: Declaration<Options, Parameters> & { move(parameters: Parameters, size: Size): Move },
): Plugin<'augmentation', Checked<Options>> {
  return define('geometric', declaration, (input, parameters, { memory = newPixels }) => {
    const move = declaration.move(parameters, input.image);
    const aoi = move.mask(input.aoi, memory);
    if (isEmpty(aoi)) return input;
    const defects = input.defects.map(({ type, mask }) => ({ type, mask: move.mask(mask, memory) }));
    return { image: move.image(input.image, memory), aoi, defects: defects.filter(({ mask }) => !isEmpty(mask)) };
  });
}

/** Whether nothing is inside. */
function isEmpty({ data }: Mask): boolean {
  return !data.includes(255);
}

/** An operation that adds or hides something; the masks of defects follow. */
export function defineContent<Options extends Schema, Parameters>(
  declaration: Declaration<Options, Parameters> & {
    change(
      input: AugmentedImages,
      parameters: Parameters,
      context: AugmentationContext,
    ): AugmentedImages | Promise<AugmentedImages>;
  },
): Plugin<'augmentation', Checked<Options>> {
  return define('content', declaration, (...given) => declaration.change(...given));
}
