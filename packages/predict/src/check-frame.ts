/** Frames come from programs, which may be wrong about them: nothing is scored that is not what it is taken for. */
import { fail, type FoveateError, type Mask, type Raster } from '@foveate/contracts';
import type { Frame } from './frame.js';
import { whatItIs } from './what-it-is.js';

type Unknown = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** What names a frame in answers and errors: its id, or its number. */
export function idOf(frame: unknown, number: number): string {
  return isObject(frame) && typeof frame['id'] === 'string' ? frame['id'] : String(number);
}

/** @throws FoveateError `DATA_INVALID` naming the frame and what was expected */
export function checkFrame(frame: unknown, where: string): asserts frame is Frame {
  const expected = 'an object { image, id?, aoi? }';
  if (!isObject(frame)) throw invalid('This is no frame', where, expected, frame, 'frame');
  const { id, image, aoi } = frame;
  if (id !== undefined && typeof id !== 'string') throw invalid('The id is no text', where, 'text', id, 'frame');
  if (!(image instanceof Uint8Array)) checkRaster(image, where);
  if (aoi !== undefined) checkArea(aoi, where);
}

function checkRaster(image: unknown, where: string): asserts image is Raster {
  const expected = "an image file's bytes (Uint8Array), or { width, height, channels, data }";
  if (!isObject(image) || !('data' in image)) throw invalid('The frame has no image', where, expected, image, 'frame');
  checkPixels(image, 'frame', [1, 3], where, 'image-size');
}

function checkArea(aoi: unknown, where: string): asserts aoi is Mask {
  const expected = '{ width, height, channels: 1, data }';
  if (!isObject(aoi)) throw invalid('The area of interest is no mask', where, expected, aoi, 'mask-size');
  const data = checkPixels(aoi, 'area of interest', [1], where, 'mask-size');
  const other = data.find((value) => value !== 0 && value !== 255);
  if (other === undefined) return;
  const values = 'the values 0 (outside) and 255 (inside)';
  throw invalid('The area of interest is no mask', where, values, other, 'mask-values');
}

/** @param of what the pixels make up, in words */
function checkPixels(
  { width, height, channels, data }: Unknown,
  of: string,
  allowed: readonly number[],
  where: string,
  reason: string,
): Uint8Array {
  const isSide = (side: unknown): side is number => Number.isSafeInteger(side) && (side as number) > 0;
  for (const [name, side] of Object.entries({ width, height })) {
    if (!isSide(side)) throw invalid(`The ${of} has no ${name}`, where, 'a whole number from 1', side, reason);
  }
  if (!allowed.includes(channels as number)) {
    const expected = `${allowed.join(' or ')} for channels`;
    throw invalid(`The ${of} has another number of channels`, where, expected, channels, reason);
  }
  const bytes = (width as number) * (height as number) * (channels as number);
  const size = `Uint8Array of width x height x channels = ${[width, height, channels].join(' x ')} = ${String(bytes)}`;
  if (data instanceof Uint8Array && data.length === bytes) return data;
  throw invalid(`The pixels of the ${of} do not fit its size`, where, size, data, reason);
}

function invalid(what: string, where: string, expected: string, got: unknown, reason: string): FoveateError {
  return fail({ code: 'DATA_INVALID', what, where, expected, got: whatItIs(got), reason });
}
