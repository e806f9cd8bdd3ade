/** Annotation files, opened with care: they may be anything. */
import { fail, type FoveateError } from '@foveate/contracts';
import { decodeText, openRegular, readRegularFile } from '@foveate/contracts/node';

/** Bytes of a file that is read as a whole at most: the text that Node can hold. */
const mostBytes = 2 ** 29 - 64;

/** Bytes that are read at once. */
const chunkBytes = 2 ** 16;

/** The text of a file. @throws FoveateError `PATH_MISSING`, or `DATA_INVALID` when it is too large */
export async function readText(path: string): Promise<string> {
  return decodeText(await readFile(path));
}

/** The bytes of a file. @throws FoveateError as {@link readText} */
export async function readFile(path: string, most = mostBytes): Promise<Uint8Array> {
  return readRegularFile(path, most).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

/** The bytes of a file, piece by piece; pieces may be used until the next is asked for. @throws FoveateError `PATH_MISSING` */
export async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await openRegular(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    const buffer = new Uint8Array(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** What to say of a file that cannot be opened. */
export function unreadable(path: string, cause: unknown): FoveateError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  const large = code === 'EFBIG';
  return fail({
    code: large ? 'DATA_INVALID' : 'PATH_MISSING',
    what: large ? 'The annotation file is too large' : 'The annotation file cannot be read',
    where: path,
    ...(large ? { expected: `at most ${mostBytes} bytes`, reason: 'file-too-large' } : {}),
    got: large && cause instanceof Error ? cause.message : code,
    advice: large ? 'Divide it into several files' : 'Check the path; it must be a regular file',
    cause,
  });
}
