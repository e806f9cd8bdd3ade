/** Downloads a file: with progress, resumed where it broke off, checked before it counts. */
import { rename } from 'node:fs/promises';
import { fail, isFoveateError, messageOf, type Fetching } from '@foveate/contracts';
import { verify } from './cache.js';
import { PartialFile } from './partial-file.js';
import type { Checksum } from './registry.js';

/** Settings of {@link download}. */
export interface DownloadOptions extends Fetching {
  /** As published; without it the digest of the first download is kept and compared from then on. */
  readonly checksum?: Checksum | undefined;
  /** The file is not larger; a server that sends more is not listened to. Default: of the largest file that can be read. */
  readonly mostBytes?: number | undefined;
}

/** Readers take no more. */
const largest = 2 * 2 ** 30;
/** Requests of one download: for what is missing of a file, and once more for all of it. */
const tries = 2;

/** Longest wait for more bytes, in milliseconds. */
const patience = 60_000;

/**
 * Downloads `url` to `path`. What arrives is kept in `path.part`: a second call goes on where the first broke off, provided
 * that the server still has the same file (ETag).
 * @throws FoveateError `PATH_MISSING` when the server cannot be reached or the connection breaks off; `WEIGHTS_INVALID`
 *   when the digest is wrong, and nothing is kept; `OUTPUT_UNWRITABLE`; the signal's reason when it was told to stop
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  const { checksum, onProgress, signal: stop, mostBytes = largest } = options;
  const part = await PartialFile.claim(path).catch((cause: unknown) => {
    throw failure(url, path, cause);
  });
  const impatience = new AbortController();
  const timer = setTimeout(() => impatience.abort(new Error(`nothing came for ${patience / 1000} s`)), patience);
  try {
    const signal = AbortSignal.any([impatience.signal, ...(stop ? [stop] : [])]);
    const { body, offset, total } = await request(url, part, signal);
    if ((total ?? 0) > mostBytes) throw tooLarge(url, total, mostBytes);
    let received = offset;
    await part.write(offset > 0, async function* () {
      for await (const chunk of body) {
        timer.refresh();
        received += chunk.length;
        if (received > mostBytes) throw tooLarge(url, undefined, mostBytes);
        onProgress?.(received, total);
        yield chunk;
      }
    });
    if (total !== undefined && received !== total) throw new Error(`${received} of ${total} bytes came`);
    await verify(part.path, path, checksum);
    await rename(part.path, path);
  } catch (cause) {
    // A file of no use is not gone on with.
    if (isFoveateError(cause)) await part.empty();
    if (stop?.aborted) throw stop.reason;
    throw isFoveateError(cause) ? cause : failure(url, path, cause);
  } finally {
    clearTimeout(timer);
    await part.release();
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
  for (let attempt = 1; ; attempt++) {
    const begun = await part.begun();
    // Compressed, the length would not be that of the file.
    const plain = { 'accept-encoding': 'identity' };
    const headers = begun ? { ...plain, range: `bytes=${begun.size}-`, 'if-range': begun.etag } : plain;
    const response = await fetch(url, { headers, signal });
    const range = rangeOf(response, begun?.size);
    if (attempt < tries && begun !== undefined && (response.status === 416 || range === 'other')) {
      // Everything was there, or more, or another part came than was asked for: start again.
      await response.body?.cancel();
      await part.empty();
      continue;
    }
    if (!response.ok || response.body === null)
      throw new Error(`server answered ${response.status} ${response.statusText}`);
    if (range === 'other') throw new Error('server sent another part of the file than was asked for');
    const offset = range === 'asked' ? (begun?.size ?? 0) : 0;
    await part.note(response.headers.get('etag'));
    const length = response.headers.get('content-length');
    return { body: response.body, offset, total: length === null ? undefined : offset + Number(length) };
  }
}

/** Which part of the file an answer holds: all of it, that from `begin` on, or another. */
function rangeOf({ status, headers }: Response, begin: number | undefined): 'all' | 'asked' | 'other' {
  if (status !== 206) return 'all';
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  if (begin === undefined || Number(first) !== begin) return 'other';
  // Up to the end of the file, as far as the server tells where that is.
  return total === '*' || Number(last) + 1 === Number(total) ? 'asked' : 'other';
}

function tooLarge(url: string, bytes: number | undefined, most: number): Error {
  return fail({
    code: 'WEIGHTS_INVALID',
    where: url,
    what: 'The file at the server is larger than it should be',
    expected: `at most ${most} bytes`,
    got: bytes === undefined ? 'more' : `${bytes} bytes`,
    advice: 'Use weights from another source; nothing of the file is kept',
  });
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
    got: messageOf(inner),
    advice: `Try again to go on where it stopped, or download the file on another machine and put it at ${path}`,
    cause,
  });
}
