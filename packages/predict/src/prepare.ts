/** A frame as the network takes it: decoded, upright, 8-bit sRGB, then resized, as training does it. */
import { fail, type HostTensor, type Mask, type Raster } from '@foveate/contracts';
import { decodeImage, resize, resizeMask } from '@foveate/image';
import type { Frame } from './frame.js';
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
  /** Largest accepted width x height. */
  readonly maxPixels?: number | undefined;
  /** Values of 16-bit samples that become 0 and 255, as `valueRange` of the source a network was trained with. */
  readonly valueRange?: readonly [number, number] | undefined;
}

/** @throws FoveateError `DATA_INVALID` naming the frame */
export async function prepareFrame(
  frame: Frame,
  id: string,
  { height, width }: Pick<ImageInput, 'height' | 'width'>,
  { maxPixels, valueRange }: DecodeOptions,
): Promise<PreparedFrame> {
  const start = performance.now();
  const limits = { ...(maxPixels === undefined ? {} : { maxPixels }), valueRange };
  const image =
    frame.image instanceof Uint8Array
      ? await decodeImage(frame.image, { ...limits, name: id })
      : colour(frame.image, id, maxPixels);
  const decoded = performance.now();
  const aoi = frame.aoi === undefined ? undefined : areaOf(frame.aoi, image, id);
  const small = await resize(image, width, height);
  return {
    id,
    pixels: small.data,
    aoi: aoi === undefined ? undefined : resizeMask(aoi, width, height),
    decode: frame.image instanceof Uint8Array ? decoded - start : 0,
    resize: performance.now() - decoded,
  };
}

/** Decoded pixels come from a program, which may be wrong about them. */
function colour({ width, height, channels, data }: Raster, where: string, maxPixels = Infinity): Raster {
  const isSized = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!isSized || (channels !== 1 && channels !== 3) || data.length !== width * height * channels) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'The pixels of the frame do not fit its size',
      where,
      expected: `width x height x channels (1 or 3) bytes`,
      got: `${String(width)}x${String(height)}x${String(channels)} and ${String(data.length)} bytes`,
      reason: 'image-size',
    });
  }
  if (width * height > maxPixels) {
    throw fail({ code: 'DATA_INVALID', what: 'The frame has too many pixels', where, reason: 'image-too-large' });
  }
  if (channels === 3) return { width, height, channels, data };
  const colours = new Uint8Array(3 * data.length);
  for (let pixel = 0; pixel < data.length; pixel++) colours.fill(data[pixel] as number, 3 * pixel, 3 * pixel + 3);
  return { width, height, channels: 3, data: colours };
}

function areaOf(aoi: Mask, { width, height }: Raster, where: string): Mask {
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
