/** The image files below a folder. */
import { opendir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fail, type FoveateError } from '@foveate/contracts';
import { isWithin } from '@foveate/contracts/node';
import picomatch from 'picomatch';
import { deepestFolder, mostImages } from './_limits.js';
import { hashImageFile } from './image-files.js';

/** Endings of image files, in any case. */
export const imageEndings = ['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff', '.bmp', '.gif', '.avif'] as const;

/** What is not searched. */
export interface ScanOptions {
  /** Globs, relative to the root. */
  readonly ignore?: readonly string[];
  /** Absolute paths of folders, such as that of a store that lies among its images. */
  readonly except?: readonly string[];
}

/** An image file and its content. */
export interface ScannedImage {
  /** Relative to the root, `/`-separated. */
  readonly path: string;
  /** As `hashImageFile` has it. */
  readonly hash: string;
}

/**
 * Paths of the files below a folder that are images by their ending, relative to it, `/`-separated, in the order of their
 * code units. Hidden files and folders are passed over, and so are links that lead to folders or out of the root.
 * @throws FoveateError `PATH_MISSING` when there is no such folder, `DATA_INVALID` when it holds more than two million images
 * or folders nested more than 64 deep
 */
export async function listImages(root: string, { ignore = [], except = [] }: ScanOptions = {}): Promise<string[]> {
  const top = resolve(root);
  const real = await realpath(top).catch(() => undefined);
  const isIgnored = ignore.length === 0 ? () => false : picomatch([...ignore], { dot: true });
  const kept = new Set(except.map((path) => resolve(path)));
  const paths: string[] = [];

  const isImage = async (name: string, path: string, link: boolean): Promise<boolean> => {
    const lower = name.toLowerCase();
    if (!imageEndings.some((ending) => lower.endsWith(ending)) || isIgnored(path)) return false;
    if (!link) return true;
    const target = await realpath(join(top, path)).catch(() => undefined);
    if (target === undefined || real === undefined || !isWithin(real, target)) return false;
    return (await stat(target)).isFile();
  };

  const enter = async (below: string, depth: number): Promise<void> => {
    if (depth > deepestFolder) throw tooMuch(join(top, below), `${String(deepestFolder)} folders in each other`);
    for await (const entry of await opendir(join(top, below), { bufferSize: 512 })) {
      const { name } = entry;
      if (name.startsWith('.')) continue;
      const path = below === '' ? name : `${below}/${name}`;
      if (entry.isDirectory()) {
        if (!kept.has(join(top, path)) && !isIgnored(path)) await enter(path, depth + 1);
      } else if ((entry.isFile() || entry.isSymbolicLink()) && (await isImage(name, path, entry.isSymbolicLink()))) {
        paths.push(path);
        if (paths.length > mostImages) throw tooMuch(top, `${String(mostImages)} images`);
      }
    }
  };

  try {
    await enter('', 1);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (!/^E[A-Z]+$/.test(code)) throw cause;
    const where = (cause as NodeJS.ErrnoException).path ?? top;
    throw fail({ code: 'PATH_MISSING', what: 'The folder of images cannot be read', where, got: code, advice: 'Check the path and its permissions', cause }); // prettier-ignore
  }
  return paths.sort();
}

/**
 * The image files below a folder with their contents, as {@link listImages} has them. A file that goes away meanwhile is
 * left out.
 * @param onProgress called for each file
 * @throws FoveateError as {@link listImages}; `DATA_INVALID` for a file that cannot be read
 */
export async function* scanImages(
  root: string,
  options: ScanOptions & { readonly onProgress?: (done: number, total: number) => void } = {},
): AsyncGenerator<ScannedImage> {
  const paths = await listImages(root, options);
  const hash = (path: string) => hashImageFile(join(root, path)).catch((error: unknown) => error);
  // The next files are read while one is being waited for.
  const ahead = paths.slice(0, filesAhead).map(hash);
  for (const [at, path] of paths.entries()) {
    const found = await ahead.shift();
    const next = paths[at + filesAhead];
    if (next !== undefined) ahead.push(hash(next));
    if (typeof found === 'string') yield { path, hash: found };
    else if ((found as FoveateError).code !== 'PATH_MISSING') throw found;
    options.onProgress?.(at + 1, paths.length);
  }
}

const filesAhead = 4;

function tooMuch(where: string, most: string): FoveateError {
  return fail({
    code: 'DATA_INVALID',
    what: 'The folder of images holds too much',
    where,
    expected: `at most ${most}`,
    reason: 'too-many-images',
    advice: 'Choose a folder that holds the images of one data set',
  });
}
