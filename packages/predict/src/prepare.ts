/** A frame as the network takes it: decoded, upright, 8-bit sRGB, then resized, as training does it. */
import { fail, isFoveateError, type HostTensor, type Mask, type OutsideFill, type Raster } from '@foveate/contracts';
import { decodeImage, paintOutside, resize, resizeMask } from '@foveate/image';
import { checkFrame } from './check-frame.js';
import type { ImageInput } from './network-model.js';

/** A frame at network size. */
export interface PreparedFrame {
  readonly id: string;
  /** 8-bit sRGB, channel beside channel. */
  readonly pixels: Uint8Array;
  readonly aoi: Mask | undefined;
  /** Milliseconds. */
  readonly decode: number;
  readonly resize: number;
}

/** How frames are decoded. */
export interface DecodeOptions {
  /** Largest accepted width x height, above 0; default 1e8 for encoded images, none for rasters, which are in memory already. */
  readonly maxPixels?: number | undefined;
  /**
   * Values of 16-bit samples that become 0 and 255, the first less than the second, each in [0, 65535]; default: those the
   * network was trained with, as the model file says, and else all 16 bits.
   */
  readonly valueRange?: readonly [black: number, white: number] | undefined;
}

/** How frames become inputs of a network. */
export interface PrepareOptions extends DecodeOptions {
  /** What is painted outside of areas of interest; absent: nothing. */
  readonly outside?: OutsideFill | undefined;
  /** Finds the area of a frame that has none, where something is painted outside. */
  readonly findArea?: FindArea | undefined;
}

/**
 * Finds the area of interest of an image, at its size.
 * @param image upright, sRGB, 3 channels
 * @param id of the frame
 * @throws FoveateError `DATA_INVALID` when there is none
 */
export type FindArea = (image: Raster, id: string) => Promise<Mask>;

/** @throws FoveateError `DATA_INVALID` naming the frame */
export async function prepareFrame(
  frame: unknown,
  id: string,
  { height, width }: Pick<ImageInput, 'height' | 'width'>,
  options: PrepareOptions,
): Promise<PreparedFrame> {
  const start = performance.now();
  checkFrame(frame, id);
  const isEncoded = frame.image instanceof Uint8Array;
  const image =
    frame.image instanceof Uint8Array
      ? await decoded(frame.image, id, options)
      : colour(frame.image, id, options.maxPixels);
  const end = performance.now();
  const given = frame.aoi ?? (options.outside === undefined ? undefined : await areaOf(image, id, options));
  const aoi = given === undefined ? undefined : resizeMask(sameSize(given, image, id), width, height);
  const { data: resized } = await resize(image, width, height);
  // Pixels of a frame that has the size of the input are those of whoever gave it.
  const pixels = options.outside === undefined ? resized : Uint8Array.from(resized);
  if (options.outside !== undefined && aoi !== undefined) paintOutside(pixels, aoi.data, options.outside);
  return {
    id,
    pixels,
    aoi,
    decode: isEncoded ? end - start : 0,
    resize: performance.now() - end,
  };
}

function areaOf(image: Raster, id: string, { findArea }: PrepareOptions): Promise<Mask> {
  if (findArea !== undefined) return findArea(image, id);
  throw fail({
    code: 'DATA_INVALID',
    what: 'The network was trained on images painted over outside of their area of interest, and the frame has no area',
    where: id,
    expected: 'aoi, at the size of the upright image',
    reason: 'aoi-missing',
    advice:
      'Give each frame its aoi, or the predictor findArea; foveate predict has the area found when it is given the run folder',
  });
}

/** A frame is in no data set that it could be taken out of. */
async function decoded(bytes: Uint8Array, name: string, { maxPixels, valueRange }: DecodeOptions): Promise<Raster> {
  try {
    return await decodeImage(bytes, { ...(maxPixels === undefined ? {} : { maxPixels }), valueRange, name });
  } catch (error) {
    if (!isFoveateError(error) || error.parts.reason === 'image-too-large') throw error;
    throw fail({ ...error.parts, advice: 'Replace the image', cause: error });
  }
}

function colour({ width, height, channels, data }: Raster, where: string, maxPixels = Infinity): Raster {
  if (width * height > maxPixels) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'The frame has too many pixels',
      where,
      expected: `at most ${String(maxPixels)}`,
      got: `${String(width)}x${String(height)}`,
      reason: 'image-too-large',
      advice: 'Make it smaller first, or raise maxPixels if it is meant to be that large',
    });
  }
  if (channels === 3) return { width, height, channels, data };
  const colours = new Uint8Array(3 * data.length);
  for (let pixel = 0; pixel < data.length; pixel++) colours.fill(data[pixel] as number, 3 * pixel, 3 * pixel + 3);
  return { width, height, channels: 3, data: colours };
}

function sameSize(aoi: Mask, { width, height }: Raster, where: string): Mask {
  if (aoi.width === width && aoi.height === height) return aoi;
  throw fail({
    code: 'DATA_INVALID',
    what: 'The area of interest has another size than the frame',
    where,
    expected: `${String(width)}x${String(height)}`,
    got: `${String(aoi.width)}x${String(aoi.height)}`,
    reason: 'mask-size',
  });
}

/** Frames as one input of the model. */
export function imageTensor(frames: readonly PreparedFrame[], { height, width, layout, type }: ImageInput): HostTensor {
  const count = frames.length;
  const shape = layout === 'NHWC' ? [count, height, width, 3] : [count, 3, height, width];
  const data =
    type === 'uint8' ? new Int32Array(count * height * width * 3) : new Float32Array(count * height * width * 3);
  const scale = type === 'uint8' ? 1 : 255;
  const plane = height * width;
  for (const [index, { pixels }] of frames.entries()) {
    const at = index * plane * 3;
    if (layout === 'NHWC') {
      for (let i = 0; i < pixels.length; i++) data[at + i] = (pixels[i] as number) / scale;
    } else {
      for (let i = 0; i < pixels.length; i++)
        data[at + (i % 3) * plane + Math.floor(i / 3)] = (pixels[i] as number) / scale;
    }
  }
  return { dtype: type === 'uint8' ? 'int32' : 'float32', shape, data };
}
