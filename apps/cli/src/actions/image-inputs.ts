/** Images that a command is given: files, folders, patterns, and what comes on standard input. */
import { fail } from '@foveate/contracts';
import { readRegularFile } from '@foveate/contracts/node';
import { opendir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import picomatch from 'picomatch';

/** An image that is read when its turn comes. */
export interface ImageInput {
  /** Path, or `standard input`. */
  readonly name: string;
  read(): Promise<Uint8Array>;
}

/** Bytes of the largest image file. */
const largestFile = 2 ** 30;

const imageName = /\.(?:jpe?g|png|webp|tiff?|gif|bmp|heic|heif|avif)$/i;

/**
 * The images, as they are found; never all of them are known.
 * @throws FoveateError `PATH_MISSING` for an input that is nothing, or in which nothing is
 */
export async function* imageInputs(inputs: readonly string[]): AsyncGenerator<ImageInput> {
  for (const input of inputs) {
    if (input === '-') yield* standardInput();
    else yield* imagesOf(input);
  }
}

async function* imagesOf(input: string): AsyncGenerator<ImageInput> {
  const found = await stat(input).catch(() => undefined);
  if (found?.isFile() === true) return yield fileInput(input);
  const { base, isGlob } = picomatch.scan(input);
  const isPattern = found === undefined && isGlob;
  if (found === undefined && !isPattern) {
    throw fail({ code: 'PATH_MISSING', what: 'There is no such image or folder', where: input });
  }
  const matches = isPattern ? picomatch(input) : (path: string) => imageName.test(path);
  let count = 0;
  for await (const path of filesBelow(isPattern ? base || '.' : input)) {
    if (!matches(path)) continue;
    count++;
    yield fileInput(path);
  }
  if (count > 0) return;
  const what = isPattern ? 'No file matches the pattern' : 'There is no image in the folder';
  throw fail({ code: 'PATH_MISSING', what, where: input });
}

/** Files below a folder in order of their names; links to folders are not followed. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  const opened = await opendir(folder).catch((cause: unknown) => {
    const got = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw fail({ code: 'PATH_MISSING', what: 'The folder cannot be read', where: folder, got, cause });
  });
  const entries = [];
  for await (const entry of opened) entries.push(entry);
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
        const got = (cause as NodeJS.ErrnoException).code ?? String(cause);
        throw fail({ code: 'PATH_MISSING', what: 'The image cannot be read', where: path, got, cause });
      }),
  };
}

/** Standard input is an image when it begins like one, else a list of paths, one a line. */
async function* standardInput(): AsyncGenerator<ImageInput> {
  const chunks = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await chunks.next();
  if (first.done === true) return;
  if (isText(first.value)) {
    const rest = async function* () {
      yield first.value;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
    };
    const lines = createInterface({ input: Readable.from(rest()) });
    for await (const line of lines) if (line.trim() !== '') yield* imagesOf(line.trim());
    return;
  }
  yield {
    name: 'standard input',
    async read() {
      const parts = [first.value];
      let size = first.value.length;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
        parts.push(next.value);
        size += next.value.length;
        if (size > largestFile) throw fail({ code: 'DATA_INVALID', what: 'The image on standard input is too large' });
      }
      return Buffer.concat(parts);
    },
  };
}

/** Image files have bytes at their beginning that no path has. */
function isText(bytes: Buffer): boolean {
  return !bytes.subarray(0, 512).some((byte) => byte < 9 || (byte > 13 && byte < 32)) && bytes[0] !== 0xff;
}
