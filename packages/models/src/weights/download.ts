/** Downloads a file: with progress, resumed where it broke off, checked before it counts. */
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, isFoveateError, makeFolder, type Fetching } from '@foveate/contracts';
import { verify } from './cache.js';
import { PartialFile } from './partial-file.js';
import type { Checksum } from './registry.js';

/** Settings of {@link download}. */
export interface DownloadOptions extends Fetching {
  /** As published; without it the digest of the first download is kept and compared from then on. */
  readonly checksum?: Checksum | undefined;
}

/** Longest wait for more bytes, in milliseconds. */
const patience = 60_000;

/**
 * Downloads `url` to `path`. What arrives is kept in `path.part`: a second call goes on where the first broke off, provided
 * that the server still has the same file (ETag).
 * @throws FoveateError `PATH_MISSING` when the server cannot be reached or the connection breaks off; `WEIGHTS_INVALID`
 *   when the digest is wrong, and nothing is kept; `OUTPUT_UNWRITABLE`; the signal's reason when it was told to stop
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  const { checksum, onProgress, signal: stop } = options;
  const part = new PartialFile(`${path}.part`);
  const impatience = new AbortController();
  const timer = setTimeout(() => impatience.abort(new Error(`nothing came for ${patience / 1000} s`)), patience);
  try {
    await makeFolder(dirname(path));
    const signal = AbortSignal.any([impatience.signal, ...(stop ? [stop] : [])]);
    const { body, offset, total } = await request(url, part, signal);
    let received = offset;
    await part.write(offset > 0, async function* () {
      for await (const chunk of body) {
        timer.refresh();
        received += chunk.length;
        onProgress?.(received, total);
        yield chunk;
      }
    });
    if (total !== undefined && received !== total) throw new Error(`${received} of ${total} bytes came`);
    await verify(part.path, path, checksum).catch(async (error: unknown) => {
      await part.remove();
      throw error;
    });
    await rename(part.path, path);
    await part.remove();
  } catch (cause) {
    if (stop?.aborted) throw stop.reason;
    throw isFoveateError(cause) ? cause : failure(url, path, cause);
  } finally {
    clearTimeout(timer);
  }
}

interface Answer {
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes that are there already. */
  readonly offset: number;
  readonly total: number | undefined;
}

/** Asks for the file, or for what is missing of it. */
async function request(url: string, part: PartialFile, signal: AbortSignal): Promise<Answer> {
  const begun = await part.begun();
  // Compressed, the length would not be that of the file.
  const plain = { 'accept-encoding': 'identity' };
  const headers = begun ? { ...plain, range: `bytes=${begun.size}-`, 'if-range': begun.etag } : plain;
  const response = await fetch(url, { headers, signal });
  if (response.status === 416) {
    // Everything was there, or more: start again.
    await part.remove();
    return request(url, part, signal);
  }
  if (!response.ok || response.body === null)
    throw new Error(`server answered ${response.status} ${response.statusText}`);
  const offset = response.status === 206 ? (begun?.size ?? 0) : 0;
  await part.note(response.headers.get('etag'));
  const length = response.headers.get('content-length');
  return { body: response.body, offset, total: length === null ? undefined : offset + Number(length) };
}

/** Codes of a disk that does not take the file. */
const disk = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENOENT', 'EIO']);

function failure(url: string, path: string, cause: unknown) {
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== undefined && disk.has(code)) {
    const advice = 'Free some space, or name another folder in FOVEATE_HOME';
    return fail({ code: 'OUTPUT_UNWRITABLE', where: path, what: 'File cannot be written', got: code, advice, cause });
  }
  // fetch says 'fetch failed' and keeps the reason.
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return fail({
    code: 'PATH_MISSING',
    where: url,
    what: 'Weights cannot be downloaded',
    got: inner instanceof Error ? inner.message : String(inner),
    advice: `Try again to go on where it stopped, or download the file on another machine and put it at ${path}`,
    cause,
  });
}
