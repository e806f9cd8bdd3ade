import { createWriteStream } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { writeAtomically } from '@foveate/contracts';

/** What has arrived of a download, with the ETag that says of which file. */
export class PartialFile {
  readonly path: string;
  readonly #tagPath: string;

  /** @param path where the bytes are kept */
  constructor(path: string) {
    this.path = path;
    this.#tagPath = `${path}.etag`;
  }

  /** Bytes that are there and the ETag of their file; undefined when there is nothing to go on with. */
  async begun(): Promise<{ readonly size: number; readonly etag: string } | undefined> {
    const size = await stat(this.path).then(
      (found) => found.size,
      () => 0,
    );
    const etag = await readFile(this.#tagPath, 'utf8').catch(() => '');
    return size > 0 && etag !== '' ? { size, etag } : undefined;
  }

  /** Notes the ETag of the file that is about to arrive; a weak one does not promise equal bytes. */
  async note(etag: string | null): Promise<void> {
    if (etag === null || etag.startsWith('W/')) await rm(this.#tagPath, { force: true });
    else await writeAtomically(this.#tagPath, etag);
  }

  /** Writes chunks as they come, behind what is there or instead of it. */
  async write(append: boolean, chunks: () => AsyncIterable<Uint8Array>): Promise<void> {
    await pipeline(chunks, createWriteStream(this.path, { flags: append ? 'a' : 'w', flush: true }));
  }

  /** Forgets everything. */
  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(this.#tagPath, { force: true });
  }
}
