/** `pixels/ab/<sha256>.png`: the pixels of masks, named by their content and never changed. */
import { createHash } from 'node:crypto';
import { fail, type FoveateError, type Mask } from '@foveate/contracts';
import { readRegularFile, writeAtomically } from '@foveate/contracts/node';
import { encodePng, readMask } from '@foveate/image';
import { insideStore } from './_inside-store.js';
import { largestPixelFile } from './_limits.js';
import { unwritable } from './_unwritable.js';

/** Name of their folder in that of the store. */
export const pixelsFolder = 'pixels';

/** A mask as it is stored. */
export interface Encoded {
  readonly hash: string;
  readonly png: Uint8Array;
  /** Number of pixels inside. */
  readonly inside: number;
}

/** @throws FoveateError `DATA_INVALID` where the data is no mask of that size */
export async function encode(mask: Mask, width: number, height: number, where: string): Promise<Encoded> {
  const { data } = mask;
  if (mask.width !== width || mask.height !== height || data.length !== width * height) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'The mask is not of the size of its image',
      where,
      expected: `${String(width)}x${String(height)}`,
      got: `${String(mask.width)}x${String(mask.height)}, ${String(data.length)} values`,
      reason: 'mask-size',
    });
  }
  let inside = 0;
  // By index, which is ten times as fast as by iterator.
  for (let pixel = 0; pixel < width * height; pixel++) {
    const value = data[pixel];
    if (value === 255) inside++;
    else if (value !== 0) {
      throw fail({ code: 'DATA_INVALID', what: 'The mask is not binary', where, expected: '0 or 255', got: String(value), reason: 'mask-values' }); // prettier-ignore
    }
  }
  const png = await encodePng(mask);
  return { hash: createHash('sha256').update(png).digest('hex'), png, inside };
}

/** Writes the file unless it is there. @throws FoveateError `OUTPUT_UNWRITABLE` */
export async function writePixels(folder: string, { hash, png }: Encoded): Promise<void> {
  const path = pixelPath(folder, hash);
  // Read, not only looked for: a file that a bad disk has changed is made good.
  const there = await readRegularFile(path, png.length).catch(() => undefined);
  if (there?.equals(png) === true) return;
  await writeAtomically(path, png).catch((cause: unknown) => {
    throw unwritable(path, cause);
  });
}

/** @throws FoveateError `DATA_INVALID` when the file is missing, damaged, or of another size */
export async function readPixels(folder: string, hash: string, width: number, height: number): Promise<Mask> {
  const path = pixelPath(folder, hash);
  const bytes = await readRegularFile(path, largestPixelFile).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw damaged(path, code === 'ENOENT' ? 'missing' : 'damaged', code);
  });
  const got = createHash('sha256').update(bytes).digest('hex');
  if (got !== hash) throw damaged(path, 'damaged', `${String(bytes.length)} bytes of SHA-256 ${got}`);
  const mask = await readMask(path, { maxPixels: width * height });
  if (mask.width === width && mask.height === height) return mask;
  throw damaged(path, 'size', `${String(mask.width)}x${String(mask.height)}`, `${String(width)}x${String(height)}`);
}

/** @throws FoveateError `DATA_INVALID` where links lead out of the store */
function pixelPath(folder: string, hash: string): string {
  return insideStore(folder, pixelsFolder, hash.slice(0, 2), `${hash}.png`);
}

function damaged(where: string, how: 'missing' | 'damaged' | 'size', got: string, expected?: string): FoveateError {
  const what = {
    missing: 'The pixels of a mask are missing',
    damaged: 'The pixels of a mask are damaged',
    size: 'The pixels of a mask are not of the size of its image',
  }[how];
  return fail({
    code: 'DATA_INVALID',
    what,
    where,
    ...(expected === undefined ? {} : { expected }),
    got,
    reason: `pixels-${how}`,
    advice: 'Put back a copy of the file, or put the mask into the store again',
  });
}
