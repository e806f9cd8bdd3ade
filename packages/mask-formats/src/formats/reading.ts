/** What readers have in common. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { isFoveateError } from '@foveate/contracts';
import { invalid } from '../files/invalid.js';
import { unreadable } from '../files/open.js';
import { turnedSize } from '../geometry/orient.js';
import type { AnnotatedImage, Orientation, Report } from '../model.js';
import type { ReadOptions } from './format.js';

/** An image, or a report of why it is left out. @param where file and position */
export async function* eachImage(
  report: Report,
  where: string,
  read: () => AnnotatedImage | undefined | Promise<AnnotatedImage | undefined>,
): AsyncGenerator<AnnotatedImage> {
  let image: AnnotatedImage | undefined;
  try {
    image = await read();
  } catch (error) {
    if (!isFoveateError(error)) throw error;
    const reason = error.parts.reason ?? 'annotation-invalid';
    report({ path: where, reason, message: `An image is left out: ${error.message}` });
  }
  if (image !== undefined) yield image;
}

/**
 * The size that annotations say, or that of the image where they say none.
 * @throws FoveateError `DATA_INVALID` when neither is there
 */
export async function sizeFrom(
  { file, width, height }: { readonly file: string; readonly width?: number | undefined; readonly height?: number | undefined }, // prettier-ignore
  options: ReadOptions,
  orientation: Orientation,
): Promise<{ readonly width: number; readonly height: number }> {
  if (width !== undefined && height !== undefined) return { width, height };
  if (options.images === undefined) {
    throw invalid({
      what: 'The annotations do not say how large the image is',
      where: file,
      reason: 'image-size',
      advice: 'Name the folder of images',
    });
  }
  return sizeOf(options.images.find(file), options.images, orientation);
}

/** Size of an image of the folder, in the pixels that annotations count. */
export async function sizeOf(
  path: string,
  images: NonNullable<ReadOptions['images']>,
  orientation: Orientation,
): Promise<{ readonly width: number; readonly height: number }> {
  const header = await images.header(path);
  const [width, height] = turnedSize(header.width, header.height, orientation === 'stored' ? header.exif : 1);
  return { width, height };
}

/** The folder of images, which the format cannot do without. @throws FoveateError `DATA_INVALID` */
export function imagesOf({ images }: ReadOptions, format: string): NonNullable<ReadOptions['images']> {
  if (images !== undefined) return images;
  throw invalid({
    what: `Annotations of the format '${format}' do not say how large images are`,
    expected: 'the folder of images',
    reason: 'images-missing',
    advice: 'Name the folder of images',
  });
}

/**
 * Files below a folder, or the file itself, in order; links are not followed.
 * @returns paths relative to the folder, `/`-separated
 * @throws FoveateError `PATH_MISSING`
 */
export async function filesOf(
  path: string,
  extension: RegExp,
): Promise<{ readonly root: string; readonly files: readonly string[] }> {
  try {
    if (!(await stat(path)).isDirectory()) return { root: dirname(path), files: [basename(path)] };
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && extension.test(entry.name) && !entry.name.startsWith('.'))
      .map((entry) => relative(path, join(entry.parentPath, entry.name)).split(sep).join('/'));
    return { root: path, files: files.sort() };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
