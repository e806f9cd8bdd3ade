/** Images by their content. */
import { createHash } from 'node:crypto';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { fail, type FoveateError, type Raster } from '@foveate/contracts';
import { isWithin, openRegular } from '@foveate/contracts/node';
import { readImageHeader } from '@foveate/image';
import { largestImageFile } from './_limits.js';
import type { StoredImage } from './mask-store.js';

/**
 * SHA-256 of a file's bytes, hexadecimal: what a store knows an image by. Files of one content are one image, wherever they
 * lie and whatever they are called.
 * @throws FoveateError `PATH_MISSING`, or `DATA_INVALID` where it is no regular file, larger than 4 GiB or not readable
 */
export async function hashImageFile(path: string): Promise<string> {
  try {
    const file = await openRegular(path);
    try {
      const { size } = await file.stat();
      if (size > largestImageFile) throw Object.assign(new Error(), { code: `${String(size)} bytes` });
      const hash = createHash('sha256');
      for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 2 ** 18 })) {
        hash.update(chunk as Buffer);
      }
      return hash.digest('hex');
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** SHA-256 of size and pixels, hexadecimal: what a store knows an image by that is drawn and has no file. */
export function hashPixels({ width, height, channels, data }: Raster): string {
  const size = `image ${String(width)}x${String(height)}x${String(channels)}\n`;
  return createHash('sha256').update(size).update(data).digest('hex');
}

/**
 * An image file as a store knows it.
 * @param root the store's image root
 * @param path absolute, or relative to the root
 * @throws FoveateError as {@link hashImageFile}; `DATA_INVALID` also for what is no image or lies outside of the root
 */
export async function identifyImage(root: string, path: string): Promise<StoredImage> {
  const file = resolve(root, path);
  const below = relative(resolve(root), file);
  if (below === '' || isAbsolute(below) || !isWithin(resolve(root), file)) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'The image lies outside of the image root of the mask store',
      where: file,
      expected: `a file below ${resolve(root)}`,
      reason: 'image-outside',
      advice: 'Move it there, or make a store for the folder that it lies in',
    });
  }
  const hash = await hashImageFile(file);
  const { width, height } = await readImageHeader(file);
  return { hash, width, height, path: below.split(sep).join('/') };
}

function unreadable(where: string, cause: unknown): FoveateError {
  const got = (cause as NodeJS.ErrnoException).code ?? String(cause);
  const missing = got === 'ENOENT' || got === 'ENOTDIR';
  return fail({
    code: missing ? 'PATH_MISSING' : 'DATA_INVALID',
    what: missing ? 'There is no such image file' : 'The image file cannot be read',
    where,
    got,
    reason: missing ? 'image-missing' : 'image-unreadable',
    advice: missing ? 'Check the path' : 'Check its permissions and that it is a regular file',
    cause,
  });
}
