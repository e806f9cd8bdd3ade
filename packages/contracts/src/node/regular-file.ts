/** Files that others made, opened and read with care: pipes and devices never end, and text comes in several encodings. */
import { constants, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/**
 * Opens a regular file, or a link to one, to be read; the caller closes it.
 * @throws Error with the system's `code`; for a folder, pipe, socket or device the `code` names what it is
 */
export async function openRegular(path: string): Promise<FileHandle> {
  // To open a named pipe would wait until somebody writes into it. Windows knows neither the flag nor such files.
  const handle = await open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0));
  const stats = await handle.stat();
  if (stats.isFile()) return handle;
  await handle.close();
  const kind = stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a named pipe' : 'a device';
  throw Object.assign(new Error(`not a regular file but ${kind}`), { code: kind });
}

/**
 * Reads a regular file as a whole.
 * @param mostBytes of a larger one nothing is read
 * @throws Error as {@link openRegular}, for a larger file with the `code` `EFBIG`
 */
export async function readRegularFile(path: string, mostBytes: number): Promise<Buffer> {
  const handle = await openRegular(path);
  try {
    const { size } = await handle.stat();
    if (size > mostBytes) {
      throw Object.assign(new Error(`${String(size)} bytes, more than ${String(mostBytes)}`), { code: 'EFBIG' });
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Text from the bytes of a file: UTF-8, or UTF-16 that begins with a byte order mark. No mark is left in it. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'; // prettier-ignore
  return new TextDecoder(encoding).decode(bytes);
}
