/**
 * One process writes at a time, each for some milliseconds. Turns are numbered files in a folder of their own: who creates
 * the next number has the turn, if by then no higher one is there. A number is given back by a mark in its file and not
 * taken away before many more have come, because a listing may miss what comes and goes meanwhile. So nobody can end a turn
 * but who has it, or who sees that its process is gone.
 */
import { link, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fail, type FoveateError } from '@foveate/contracts';
import {
  diskTime,
  isRunning,
  isTemporaryName,
  ownIdentity,
  readRegularFile,
  temporaryPath,
  type ProcessIdentity,
} from '@foveate/contracts/node';
import { integer, object, text } from './_shape.js';
import { unwritable } from './_unwritable.js';

/** A turn from another machine or container that is older than this counts as left behind, in milliseconds. */
const silence = 60_000;
/** A file that names no process, as only a file system without hard links can show it: being written, or left behind; milliseconds. */
const birth = 2000;
/** What a turn that was given back begins with. It is written in place, which a full disk lets us do. */
const free = 'free';
/** Numbers that are left where they are. */
const kept = 16;

const holderShape = object({
  host: text(0, 1000),
  place: text(0, 1000),
  pid: integer(0, 2 ** 32),
  started: text(0, 1000),
});

/** Held by this process. */
export interface Turn {
  /** @throws FoveateError `RUN_LOCKED` when another machine has taken this process for gone */
  check(): Promise<void>;
  end(): Promise<void>;
}

let own: string | undefined;

/**
 * Waits for a turn.
 * @param folder is made when it is missing; its parent must exist
 * @param patience milliseconds
 * @throws FoveateError `RUN_LOCKED` when there was none in time, `OUTPUT_UNWRITABLE`
 */
export async function takeTurn(folder: string, patience = 30_000): Promise<Turn> {
  own ??= JSON.stringify(ownIdentity());
  const until = Date.now() + patience;
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw unwritable(folder, cause);
  });
  for (let wait = 1; ; wait = Math.min(32, 2 * wait)) {
    const last = highest(await readdir(folder));
    const holder = last === 0 ? 'nobody' : await whoHolds(folder, last);
    if (holder === 'nobody' && (await begin(folder, last + 1))) return turn(folder, last + 1);
    if (Date.now() > until) throw busy(folder, holder === 'nobody' ? undefined : holder);
    await delay(wait * Math.random());
  }
}

function highest(names: readonly string[]): number {
  return Math.max(0, ...names.map(numberOf));
}

function numberOf(name: string): number {
  return /^\d{1,15}$/.test(name) ? Number(name) : 0;
}

/** @returns true when the turn is ours */
async function begin(folder: string, number: number): Promise<boolean> {
  const path = join(folder, String(number));
  if (!(await createWhole(path, own ?? ''))) return false;
  const names = await readdir(folder);
  if (highest(names) > number) {
    await rm(path, { force: true });
    return false;
  }
  // Also what killed processes left of asking for the time of the disk.
  const earlier = names.filter((name) => (numberOf(name) > 0 ? numberOf(name) < number - kept : isTemporaryName(name)));
  await Promise.all(earlier.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
  return true;
}

/**
 * A new file that is never seen without its content: written under another name and linked. So whoever has a turn is known from
 * its first moment, however long it stalls.
 * @returns false when there is one of that name
 */
async function createWhole(path: string, content: string): Promise<boolean> {
  const draft = temporaryPath(path);
  try {
    await writeFile(draft, content, { flag: 'wx' });
    await link(draft, path).catch((cause: unknown) => {
      // Not every file system has hard links.
      if (!withoutLinks.has(codeOf(cause))) throw cause;
      return writeFile(path, content, { flag: 'wx' });
    });
    return true;
  } catch (cause) {
    // Whoever has the turn clears away drafts of others, too.
    const isGone = codeOf(cause) === 'ENOENT' && (cause as NodeJS.ErrnoException).syscall === 'link';
    if (codeOf(cause) === 'EEXIST' || isGone) return false;
    throw unwritable(path, cause);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

const withoutLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function turn(folder: string, number: number): Turn {
  const path = join(folder, String(number));
  return {
    async check() {
      if (highest(await readdir(folder)) !== number) throw busy(folder, undefined);
    },
    async end() {
      await writeFile(path, free, { flag: 'r+' }).catch(() => rm(path, { force: true }));
    },
  };
}

/** @returns undefined for somebody who cannot be named */
async function whoHolds(folder: string, number: number): Promise<ProcessIdentity | 'nobody' | undefined> {
  const path = join(folder, String(number));
  const written = await readRegularFile(path, 65_536).then(String, () => '');
  if (written.startsWith(free)) return 'nobody';
  const holder = holderOf(written);
  const runs = holder === undefined ? undefined : isRunning(holder);
  if (runs !== undefined) return runs ? holder : 'nobody';
  const begun = (await stat(path).catch(() => undefined))?.mtimeMs;
  const age = begun === undefined ? 0 : (await diskTime(path)) - begun;
  return age > (holder === undefined ? birth : silence) ? 'nobody' : holder;
}

function holderOf(written: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(written);
    return holderShape(value) === undefined ? (value as ProcessIdentity) : undefined;
  } catch {
    return undefined;
  }
}

function busy(folder: string, holder: ProcessIdentity | undefined): FoveateError {
  return fail({
    code: 'RUN_LOCKED',
    what: 'Another process keeps the mask store busy',
    where: folder,
    ...(holder === undefined ? {} : { got: `process ${String(holder.pid)} on ${holder.host}` }),
    advice: 'Do it again when that process is done; if it surely runs no more, delete this folder',
  });
}
