/** `store.json`: which version of the format a store has, and where its images are. */
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fail, messageOf, type FoveateError } from '@foveate/contracts';
import { decodeText, readRegularFile, writeAtomically } from '@foveate/contracts/node';
import { largestStoreFile } from './_limits.js';
import { list, object, oneOf, text } from './_shape.js';
import { unwritable } from './_unwritable.js';

/** Name of the file. */
export const storeFile = 'store.json';

/** Version of the format that is read and written. */
const storeVersion = 1;

const format = 'foveate-mask-store';

const shape = object({
  format: oneOf(format),
  version: oneOf(storeVersion),
  images: text(1, 4096),
  ignore: list(text(1, 1000), 0, 1000),
});

/** As it stands in the file. */
interface Content {
  readonly images: string;
  readonly ignore: readonly string[];
}

/** What the file says. */
export interface StoreSettings {
  /** Absolute. */
  readonly imageRoot: string;
  readonly ignore: readonly string[];
}

/** @throws FoveateError `DATA_INVALID` for settings no store can have, `OUTPUT_UNWRITABLE` */
export async function writeStoreFile(folder: string, { imageRoot, ignore }: StoreSettings): Promise<void> {
  const path = join(folder, storeFile);
  // Relative where it can be, so that both can be moved together; on another drive it cannot.
  const way = relative(folder, imageRoot);
  const images = isAbsolute(way) ? way : way.split(sep).join('/') || '.';
  const content = { format, version: storeVersion, images, ignore };
  const wrong = shape(content);
  if (wrong !== undefined) throw invalid(path, wrong.slice(1));
  await writeAtomically(path, `${JSON.stringify(content, null, 2)}\n`).catch((cause: unknown) => {
    throw unwritable(path, cause);
  });
}

/** @throws FoveateError `PATH_MISSING` when there is no store, `DATA_INVALID` when it is damaged or of another version */
export async function readStoreFile(folder: string): Promise<StoreSettings> {
  const path = join(folder, storeFile);
  const bytes = await readRegularFile(path, largestStoreFile).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw invalid(path, code, cause);
    throw fail({
      code: 'PATH_MISSING',
      what: 'There is no mask store',
      where: folder,
      expected: `a folder with ${storeFile}`,
      advice: `Make one with 'foveate masks init', or check the path`,
      cause,
    });
  });
  const value = parsed(path, decodeText(bytes));
  refuseOthers(path, value);
  const wrong = shape(value);
  if (wrong !== undefined) throw invalid(path, wrong.slice(1));
  const { images, ignore } = value as Content;
  return { imageRoot: resolve(folder, images), ignore };
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(path, messageOf(cause), cause);
  }
}

function refuseOthers(path: string, value: unknown): void {
  const { format: itsFormat, version } = (value ?? {}) as { readonly format?: unknown; readonly version?: unknown };
  if (itsFormat !== format || version === storeVersion) return;
  const newer = typeof version === 'number' && version > storeVersion;
  throw fail({
    code: 'DATA_INVALID',
    what: 'The mask store has a format that this version of Foveate does not know',
    where: path,
    expected: `version ${String(storeVersion)}`,
    got: `version ${JSON.stringify(version) ?? 'none'}`,
    reason: 'store-version',
    advice: newer ? 'Update Foveate' : 'Was the file edited? Put back a copy of it',
  });
}

function invalid(where: string, got: string, cause?: unknown): FoveateError {
  return fail({
    code: 'DATA_INVALID',
    what: 'The file that describes the mask store cannot be read',
    where,
    got,
    reason: 'store-damaged',
    advice: 'Put back a copy of the file',
    cause,
  });
}
