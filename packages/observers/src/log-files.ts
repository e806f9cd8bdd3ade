/** Files that grow line by line while a run goes on. */
import { fail, type ObservedRun, type RunEvent } from '@foveate/contracts';
import { makeFolder, readRegularFile, writeAtomically } from '@foveate/contracts/node';
import { appendFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Observable } from 'rxjs';

/** Folder of logs in that of a run. */
const logFolder = 'logs';

/** The folder of logs, made. */
export async function openLogFolder(run: ObservedRun): Promise<string> {
  const folder = join(run.folder, logFolder);
  await makeFolder(folder);
  return folder;
}

/** Appends before it returns: a checkpoint that counts a step as done comes later. @throws FoveateError `OUTPUT_UNWRITABLE` */
export function append(file: string, content: string | Uint8Array): void {
  try {
    appendFileSync(file, content);
  } catch (cause) {
    throw fail({
      code: 'OUTPUT_UNWRITABLE',
      where: file,
      what: 'The log cannot be written',
      got: (cause as NodeJS.ErrnoException).code ?? 'unknown error',
      cause,
    });
  }
}

/** Whether a file has nothing in it, or is not there. */
export async function isEmpty(file: string): Promise<boolean> {
  return stat(file).then(
    ({ size }) => size === 0,
    () => true,
  );
}

/** Bytes: what one text can hold; some ten million lines. */
const largestLog = 2 ** 29 - 1024;

/**
 * Takes out the lines of what will be done again, and one that a killed process left unfinished. A run that starts anew
 * gets an empty place.
 * @param file lines begin with the epoch and, if there is one, the step
 */
export async function shorten(file: string, resumedFrom: ObservedRun['resumedFrom']): Promise<void> {
  if (resumedFrom === undefined) return rm(file, { force: true });
  if (await isEmpty(file)) return;
  // What stands behind the last line feed is no line.
  const lines = (await readRegularFile(file, largestLog)).toString('utf8').split('\n').slice(0, -1);
  const kept = lines.filter((line, index) => {
    const numbers = /^(?:\{"epoch":)?(\d+),(?:(?:"step":)?(\d+),)?/.exec(line);
    if (numbers === null) return index === 0;
    const [epoch, step] = [Number(numbers[1]), Number(numbers[2] ?? 0)];
    const { epoch: done, step: steps } = resumedFrom;
    return epoch <= done || (epoch === done + 1 && step > 0 && step <= steps);
  });
  await writeAtomically(file, kept.map((line) => `${line}\n`).join(''));
}

/**
 * Hands each event over, in order.
 * @returns settles when the events have ended; rejects with what `write` throws
 */
export function follow(events: Observable<RunEvent>, write: (event: RunEvent) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const subscription = events.subscribe({
      next: (event) => {
        try {
          write(event);
        } catch (error) {
          subscription.unsubscribe();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      },
      error: reject,
      complete: resolve,
    });
  });
}
