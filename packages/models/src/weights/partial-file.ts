import { createWriteStream } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isTemporaryName, makeFolder, temporaryPath } from '@foveate/contracts/node';

/** A download that got nothing for so long, in milliseconds, has ended: it waits a minute at most. */
const abandoned = 150_000;

/**
 * What has arrived of a download, with the ETag that says of which file. Each download writes into a file of its own; what
 * one that broke off leaves is `<path>.part`, and the next one that comes takes it over.
 */
export class PartialFile {
  readonly path: string;
  readonly #kept: string;

  private constructor(path: string) {
    this.#kept = `${path}.part`;
    this.path = temporaryPath(path);
  }

  /**
   * Takes over what is there of a file. Of two at once one goes on with it, the other begins anew.
   * @param path where the whole file is to be; its folder is made
   * @throws the system's own error
   */
  static async claim(path: string): Promise<PartialFile> {
    await makeFolder(dirname(path));
    const part = new PartialFile(path);
    await keepAbandoned(path, part.#kept);
    // The ETag first: what has none is not gone on with.
    await rename(`${part.#kept}.etag`, part.#tag).catch(() => undefined);
    await rename(part.#kept, part.path).catch(() => undefined);
    return part;
  }

  get #tag(): string {
    return `${this.path}.etag`;
  }

  /** Bytes that are there and the ETag of their file; undefined when there is nothing to go on with. */
  async begun(): Promise<{ readonly size: number; readonly etag: string } | undefined> {
    const size = await stat(this.path).then(
      (found) => found.size,
      () => 0,
    );
    const etag = await readFile(this.#tag, 'utf8').catch(() => '');
    return size > 0 && etag !== '' ? { size, etag } : undefined;
  }

  /** Notes the ETag of the file that is about to arrive; a weak one does not promise equal bytes. */
  async note(etag: string | null): Promise<void> {
    if (etag === null || etag.startsWith('W/')) await rm(this.#tag, { force: true });
    else await writeFile(this.#tag, etag);
  }

  /** Writes chunks as they come, behind what is there or instead of it. */
  async write(append: boolean, chunks: () => AsyncIterable<Uint8Array>): Promise<void> {
    if (!append) await this.#removeBytes();
    await pipeline(chunks, createWriteStream(this.path, { flags: append ? 'a' : 'wx', flush: true }));
  }

  /** Forgets what is there. */
  async empty(): Promise<void> {
    await this.#removeBytes();
    await rm(this.#tag, { force: true });
  }

  /** Ends: what is there, and can be gone on with, is kept for the next one; the file itself may have been taken away. */
  async release(): Promise<void> {
    if ((await this.begun()) === undefined) return this.empty();
    await rename(this.path, this.#kept).catch(() => undefined);
    await rename(this.#tag, `${this.#kept}.etag`).catch(() => undefined);
    await this.empty();
  }

  async #removeBytes(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

/** What a killed process left of a download becomes what one that broke off leaves. */
async function keepAbandoned(path: string, kept: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    const file = join(dirname(path), name);
    const own = name.startsWith(`.${basename(path)}.`) && isTemporaryName(name.replace(/\.etag$/, ''));
    const written = own ? await stat(file).catch(() => undefined) : undefined;
    if (written === undefined || Date.now() - written.mtimeMs < abandoned) continue;
    await rename(file, name.endsWith('.etag') ? `${kept}.etag` : kept).catch(() => undefined);
  }
}
