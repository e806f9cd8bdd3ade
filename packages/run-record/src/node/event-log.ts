/** `events.jsonl`: what happened in a run, a line each, flushed as it happens. */
import { fail, isNestedDeeper, type RunEvent } from '@foveate/contracts';
import { openRegular, writeAtomically } from '@foveate/contracts/node';
import { closeSync, ftruncateSync, openSync, readSync, fstatSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isKept, reduce, type LoggedEvent, type RunState } from '../reduce.js';
import { runFiles } from './run-folder.js';

/** Writes the events of one session of a run. */
export class EventLog {
  readonly #path: string;
  #waiting: string[] = [];
  #file: number | undefined;

  /** @param folder of the run; nothing is written before {@link EventLog.open} */
  constructor(folder: string) {
    this.#path = join(folder, runFiles.events);
  }

  /**
   * Writes what has waited, and from now on at once. A line that a killed process left unfinished is taken out.
   * @throws FoveateError `OUTPUT_UNWRITABLE`
   */
  open(): void {
    if (this.#file !== undefined) return;
    this.#attempt(() => {
      this.#file = openSync(this.#path, 'a+');
      cutUnfinished(this.#file);
      const text = this.#waiting.join('');
      this.#waiting = [];
      if (text !== '') writeSync(this.#file, text);
    });
  }

  /** @param at seconds of work since the run was started @throws FoveateError `OUTPUT_UNWRITABLE` */
  write(event: RunEvent, at: number): void {
    if (!isKept(event)) return;
    const line = `${JSON.stringify({ at, ...event })}\n`;
    const file = this.#file;
    if (file === undefined) this.#waiting.push(line);
    else this.#attempt(() => writeSync(file, line));
  }

  /** May be called again. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#waiting = [];
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (cause) {
      throw fail({
        code: 'OUTPUT_UNWRITABLE',
        what: 'The events of the run cannot be written',
        where: this.#path,
        got: (cause as NodeJS.ErrnoException).code ?? String(cause),
        advice: 'Free some space on the disk, then go on with --resume',
        cause,
      });
    }
  }
}

function cutUnfinished(file: number): void {
  const { size } = fstatSync(file);
  const part = Buffer.alloc(2 ** 16);
  let end = size;
  while (end > 0) {
    const start = Math.max(0, end - part.length);
    const read = readSync(file, part, 0, end - start, start);
    const lineEnd = part.subarray(0, read).lastIndexOf(10);
    end = lineEnd === -1 ? start : start + lineEnd + 1;
    if (lineEnd !== -1) break;
  }
  if (end < size) ftruncateSync(file, end);
}

/** Levels of the deepest event; a record in `begin` has the configuration. */
const depthLimit = 64;
/** Characters of the longest line that is believed to be an event. */
const lineLimit = 2 ** 26;

/**
 * The events of a run, in order, as they were logged.
 * @throws FoveateError `PATH_MISSING` when there are none, `RUN_INVALID` naming the line that is none
 */
export async function* readEvents(folder: string): AsyncGenerator<LoggedEvent> {
  const path = join(folder, runFiles.events);
  const file = await openRegular(path).catch((cause: unknown) => {
    const got = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw fail({ code: 'PATH_MISSING', what: 'The events of the run cannot be read', where: path, got, cause });
  });
  let number = 0;
  for await (const line of createInterface({ input: file.createReadStream(), crlfDelay: Infinity })) {
    number++;
    if (line.trim() === '') continue;
    yield parsed(line, `${path}:${String(number)}`);
  }
}

function parsed(line: string, where: string): LoggedEvent {
  try {
    const value: unknown = line.length > lineLimit ? undefined : JSON.parse(line);
    const { type, at } = (value ?? {}) as { readonly type?: unknown; readonly at?: unknown };
    if (typeof type === 'string' && typeof at === 'number' && !isNestedDeeper(value, depthLimit)) {
      return value as LoggedEvent;
    }
  } catch {
    // Said below.
  }
  throw fail({ code: 'RUN_INVALID', what: 'This line is no event of a run', where, advice: 'Was the file edited?' });
}

/** The state of a run from its events. @throws as {@link readEvents} */
export async function stateFromEvents(folder: string): Promise<RunState> {
  let state: RunState;
  for await (const { at, ...event } of readEvents(folder)) state = reduce(state, event as RunEvent, at);
  return state;
}

/** Writes a run's record. @throws FoveateError `OUTPUT_UNWRITABLE` */
export async function writeRecord(folder: string, record: NonNullable<RunState>): Promise<void> {
  await writeAtomically(join(folder, runFiles.record), `${JSON.stringify(record, null, 2)}\n`);
}
