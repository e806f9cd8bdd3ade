/**
 * `journal.jsonl`: one transaction a line, only ever appended to. A line counts when it is complete; what a killed writer
 * left behind the last complete line is passed over by readers and cut off by the next writer.
 */
import { constants, open, type FileHandle } from 'node:fs/promises';
import { fail } from '@foveate/contracts';
import { largestJournal, longestLine } from './_limits.js';
import { lineOf, readLine } from './_line.js';
import type { JournalRecord } from './_record.js';
import { unwritable } from './_unwritable.js';

const newline = 10;
const chunkBytes = 2 ** 20;
const leastBytes = 2 ** 12;

/** What the journal is read into. */
export interface Reader<T = unknown> {
  /** @returns what of the record contradicts what came before */
  fault(record: JournalRecord): string | undefined;
  /** @param line its bytes, without their end */
  apply(record: JournalRecord, line: Buffer): T;
}

/** The journal as one process has read it so far. */
export class Journal {
  readonly path: string;
  /** Bytes of the complete lines that were read. */
  #end = 0;
  #lines = 0;
  /** Which file they were in. */
  #file: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Complete lines read so far. */
  get lines(): number {
    return this.#lines;
  }

  /**
   * Reads what was added since.
   * @param fresh makes another one to read into; called where the file is another one than before, as after a backup was put back
   * @returns bytes behind the last complete line
   */
  async readOn(reader: () => Reader, fresh: () => Reader): Promise<number> {
    const file = await this.#open(constants.O_RDONLY);
    try {
      // A writer may be replacing an unfinished line just now, so that half of each is read. What is damaged stays so.
      return await this.#readOn(file, reader(), fresh).catch(() => this.#readOn(file, reader(), fresh));
    } finally {
      await file.close();
    }
  }

  /**
   * Appends a record and waits until it is on the disk. The caller alone may write meanwhile.
   * @returns what came of applying it
   * @param make called when everything before it has been read
   */
  async append<T>(reader: () => Reader<T>, fresh: () => Reader<T>, make: () => Promise<JournalRecord>): Promise<T> {
    const file = await this.#open(constants.O_RDWR | constants.O_CREAT | constants.O_APPEND);
    try {
      const torn = await this.#readOn(file, reader(), fresh);
      const record = await make();
      const line = lineOf(record);
      if (line.length > longestLine || this.#end + line.length > largestJournal) throw this.#tooLarge(line.length);
      if (torn > 0) await file.truncate(this.#end);
      await this.#write(file, line);
      // Read again, not only counted: should two ever write at once, both lines are there and in one order for all.
      let added: T | undefined;
      const apply = (read: JournalRecord, bytes: Buffer): T => {
        const result = reader().apply(read, bytes);
        if (bytes.equals(line.subarray(0, -1))) added = result;
        return result;
      };
      const watching = { fault: (read: JournalRecord) => reader().fault(read), apply };
      await this.#readOn(file, watching, () => (fresh(), watching));
      if (added === undefined) throw this.#damaged(this.#lines, 'not the line that was written');
      return added;
    } finally {
      await file.close();
    }
  }

  async #open(flags: number): Promise<FileHandle> {
    // A link could lead out of the folder, and a pipe would be waited for. Windows knows neither flag.
    const care = ((constants.O_NOFOLLOW as number | undefined) ?? 0) | ((constants.O_NONBLOCK as number | undefined) ?? 0); // prettier-ignore
    const writing = flags !== constants.O_RDONLY;
    const file = await open(this.path, flags | care, 0o666).catch((cause: unknown) => {
      throw writing ? unwritable(this.path, cause) : this.#unreadable((cause as NodeJS.ErrnoException).code, cause);
    });
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw this.#unreadable('no regular file');
  }

  async #readOn(file: FileHandle, given: Reader, fresh: () => Reader): Promise<number> {
    const { dev, ino, size } = await file.stat();
    const own = `${String(dev)} ${String(ino)}`;
    let reader = given;
    if (size > largestJournal) throw this.#damaged(1, `${String(size)} bytes`);
    if ((this.#file !== undefined && this.#file !== own) || size < this.#end) {
      [this.#end, this.#lines, reader] = [0, 0, fresh()];
    }
    this.#file = own;
    let rest: Buffer = Buffer.alloc(0);
    for (let at = this.#end; ;) {
      // Most often a few lines were added: a megabyte for each would be collected as garbage all the time.
      const bytes = Math.min(chunkBytes, Math.max(size - at, leastBytes));
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(bytes), 0, bytes, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      const read = buffer.subarray(0, bytesRead);
      rest = this.#take(rest.length === 0 ? read : Buffer.concat([rest, read]), reader, at === size);
      if (rest.length > longestLine) throw this.#damaged(this.#lines + 1, `more than ${String(longestLine)} bytes`);
    }
    return rest.length;
  }

  /** Reads the complete lines of some bytes. @returns what is left behind them */
  #take(bytes: Buffer, reader: Reader, isLast: boolean): Buffer {
    let from = 0;
    for (let to; (to = bytes.indexOf(newline, from)) >= 0; from = to + 1) {
      const line = bytes.subarray(from, to);
      const record = readLine(line);
      // A machine that lost its power may have made the file longer before its bytes were written.
      if (typeof record === 'string' && isLast && to + 1 === bytes.length && line.includes(0)) break;
      const fault = typeof record === 'string' ? record : reader.fault(record);
      if (typeof record === 'string' || fault !== undefined) throw this.#damaged(this.#lines + 1, fault ?? '');
      reader.apply(record, line);
      this.#lines++;
      this.#end += line.length + 1;
    }
    return bytes.subarray(from);
  }

  /** All of the line, or nothing of it as far as the disk lets us. */
  async #write(file: FileHandle, line: Buffer): Promise<void> {
    try {
      for (let done = 0; done < line.length;) {
        done += (await file.write(line, done, line.length - done)).bytesWritten;
      }
      await file.sync();
    } catch (cause) {
      // Where even this fails, the next writer cuts it off.
      await file.truncate(this.#end).catch(() => undefined);
      throw unwritable(this.path, cause);
    }
  }

  #damaged(line: number, got: string) {
    return fail({
      code: 'DATA_INVALID',
      what: 'This line of the mask store is damaged',
      where: `${this.path}:${String(line)}`,
      got,
      reason: 'store-damaged',
      advice: `Put back a copy of the file; without one, keep its first ${String(line - 1)} lines, with all that came before`,
    });
  }

  #unreadable(got = 'unknown error', cause?: unknown) {
    return fail({
      code: got === 'ENOENT' ? 'PATH_MISSING' : 'DATA_INVALID',
      what: 'The journal of the mask store cannot be read',
      where: this.path,
      got: got === 'ELOOP' ? 'a link' : got,
      reason: 'store-damaged',
      advice: 'Put back a copy of the file, or check its permissions',
      cause,
    });
  }

  #tooLarge(bytes: number) {
    return fail({
      code: 'DATA_INVALID',
      what: 'The mask store cannot hold more',
      where: this.path,
      expected: `lines of at most ${String(longestLine)} bytes, ${String(largestJournal)} in all`,
      got: `${String(bytes)} bytes behind ${String(this.#end)}`,
      reason: 'store-full',
      advice: 'Put fewer masks at once, or begin another store',
    });
  }
}
