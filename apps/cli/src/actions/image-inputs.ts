/** Images that a command is given: files, folders, patterns, and what comes on standard input. */
import { fail, type FoveateError } from '@foveate/contracts';
import { readRegularFile } from '@foveate/contracts/node';
import { lstat, opendir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import picomatch from 'picomatch';
import { readStandardInput } from './standard-input.js';

/** An image that is read when its turn comes. */
export interface ImageInput {
  /** Path, or `standard input`. */
  readonly name: string;
  /** Why it cannot be read, where that is known without reading. */
  readonly error?: FoveateError;
  /** @throws FoveateError `PATH_MISSING` or `DATA_INVALID` */
  read(): Promise<Uint8Array>;
}

/** Name of the image that comes on standard input. */
export const standardInputName = 'standard input';

/** Bytes of the largest image file. */
const largestFile = 2 ** 30;

const imageName = /\.(?:jpe?g|png|webp|tiff?|gif|bmp|heic|heif|avif)$/i;

/**
 * The images, as they are found; never all of them are known. An input that is nothing, or in which nothing is, is one that
 * cannot be read, so that the others are not lost.
 */
export async function* imageInputs(inputs: readonly string[]): AsyncGenerator<ImageInput> {
  for (const input of inputs) {
    if (input === '-') yield* standardInput();
    else yield* imagesOf(input);
  }
}

async function* imagesOf(input: string): AsyncGenerator<ImageInput> {
  const found = await stat(input).catch(() => undefined);
  if (found?.isDirectory() === false) return yield fileInput(input);
  const { base, isGlob } = picomatch.scan(input);
  const isPattern = found === undefined && isGlob;
  if (found === undefined && !isPattern) {
    const isLink = (await lstat(input).catch(() => undefined))?.isSymbolicLink() === true;
    return yield unreadable(input, 'There is no such image or folder', isLink ? 'a link to nothing' : undefined);
  }
  const matches = isPattern ? picomatch(input) : (path: string) => imageName.test(path);
  const folder = isPattern ? base || '.' : input;
  let count = 0;
  const isThere = !isPattern || (await stat(folder).catch(() => undefined))?.isDirectory() === true;
  for await (const one of isThere ? filesBelow(folder) : []) {
    if (typeof one === 'string' && !matches(one)) continue;
    count++;
    yield typeof one === 'string' ? fileInput(one) : one;
  }
  if (count === 0)
    yield unreadable(input, isPattern ? 'No file matches the pattern' : 'There is no image in the folder');
}

/** Files below a folder in order of their names; links to folders are not followed. A folder that cannot be read is told. */
async function* filesBelow(folder: string): AsyncGenerator<string | ImageInput> {
  const entries = [];
  try {
    for await (const entry of await opendir(folder)) entries.push(entry);
  } catch (cause) {
    return yield unreadable(folder, 'The folder cannot be read', systemCode(cause), cause);
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '.' ? entry.name : join(folder, entry.name).split(sep).join('/');
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

function fileInput(path: string): ImageInput {
  return {
    name: path,
    read: () =>
      readRegularFile(path, largestFile).catch((cause: unknown) => {
        throw missing(path, 'The image cannot be read', systemCode(cause), cause);
      }),
  };
}

function unreadable(name: string, what: string, got?: string, cause?: unknown): ImageInput {
  const error = missing(name, what, got, cause);
  return { name, error, read: () => Promise.reject(error) };
}

function missing(where: string, what: string, got?: string, cause?: unknown): FoveateError {
  return fail({ code: 'PATH_MISSING', what, where, ...(got === undefined ? {} : { got }), cause });
}

function systemCode(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? String(cause);
}

/** One image, or a list of paths, one a line. */
async function* standardInput(): AsyncGenerator<ImageInput> {
  const name = standardInputName;
  const input = await readStandardInput(process.stdin, largestFile);
  if ('image' in input) return yield { name, read: input.image };
  let count = 0;
  for await (const line of input.lines) {
    const path = line.trim();
    if (path === '') continue;
    count++;
    yield* imagesOf(path);
  }
  if (count === 0) yield unreadable(name, 'Standard input is empty; it takes an image, or paths, one a line');
}
