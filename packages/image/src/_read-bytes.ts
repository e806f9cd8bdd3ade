/** The bytes of an image file. */
import { fail } from '@foveate/contracts';
import { readRegularFile } from '@foveate/contracts/node';
import { systemCode } from './_sharp.js';

/** What a file is read as; part of the reasons of its errors. */
export type Noun = 'image' | 'mask';

/** Bytes of a pixel in the largest format there is, RGBA of 16 bits, and of all that stands beside pixels. */
const [pixelBytes, otherBytes] = [8, 2 ** 26];

/**
 * Reads a file that cannot have more pixels than `maxPixels` by its size alone.
 * @throws FoveateError `PATH_MISSING`, or `DATA_INVALID` when it is no regular file, too large or not readable
 */
export async function readBytes(path: string, noun: Noun, maxPixels: number): Promise<Buffer> {
  try {
    return await readRegularFile(path, maxPixels * pixelBytes + otherBytes);
  } catch (error) {
    const code = systemCode(error);
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    const large = code === 'EFBIG';
    throw fail({
      code: missing ? 'PATH_MISSING' : 'DATA_INVALID',
      what: missing ? `There is no such ${noun} file` : `The ${noun} file cannot be read`,
      where: path,
      ...(large ? { expected: `bytes of at most ${maxPixels} pixels` } : {}),
      got: large && error instanceof Error ? error.message : code,
      reason: missing ? `${noun}-missing` : large ? `${noun}-too-large` : `${noun}-unreadable`,
      advice: missing
        ? 'Check the path'
        : large
          ? 'Make it smaller first, or raise maxPixels if it is meant to be that large'
          : 'Check its permissions and that it is a regular file',
      cause: error,
    });
  }
}
