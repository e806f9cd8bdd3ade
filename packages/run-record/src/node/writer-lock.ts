/**
 * A folder has one writer at a time. The lock is a file that names its process. Whoever finds it asks whether that process
 * still runs, so that one that was killed holds nothing; of a process elsewhere (another machine, another container) the
 * only sign of life is the time of the file, which its holder renews.
 */
import { randomBytes } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fail } from '@foveate/contracts';
import { diskTime, isRunning, ownIdentity, readRegularFile, temporaryPath } from '@foveate/contracts/node';
import type { FoveateError } from '@foveate/contracts';
import { z } from 'zod';

/** Name of the lock in the folder. */
export const lockName = 'run.lock';

/** How often a holder renews the time of its lock, in milliseconds. */
const beat = 20_000;
/** A lock from elsewhere that was not renewed for so long counts as left behind, in milliseconds. */
const silence = 5 * 60_000;
/** A lock that says nothing is being written just now, or never will be, in milliseconds. */
const birth = 2000;

const holderSchema = z.object({
  token: z.string(),
  command: z.string(),
  since: z.string(),
  host: z.string(),
  place: z.string(),
  pid: z.int(),
  started: z.string(),
});
type Holder = z.output<typeof holderSchema>;

/** Held by this process. */
export interface WriterLock {
  /** @throws FoveateError `RUN_LOCKED` when another process has taken it since, which found this one silent for too long */
  check(): Promise<void>;
  /** Gives it back; may be called again. */
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder.
 * @param folder must exist
 * @param command what this process does, for whoever has to wait
 * @throws FoveateError `RUN_LOCKED` saying who holds it; the system's own error when the file cannot be made
 */
export async function lockFolder(folder: string, command: string): Promise<WriterLock> {
  const path = join(folder, lockName);
  const token = randomBytes(8).toString('hex');
  for (let tries = 0; tries < 10; tries++) {
    const holder: Holder = { token, command, since: new Date().toISOString(), ...ownIdentity() };
    const text = `${JSON.stringify(holder, null, 2)}\n`;
    if (await create(path, text)) return hold(path, text, folder);
    const found = await look(path);
    if (found === undefined) continue;
    if (!isLeftBehind(found)) throw locked(folder, found.holder);
    await setAside(path, found.text);
  }
  throw locked(folder, (await look(path))?.holder);
}

/** @returns false when there is one already */
async function create(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // A full disk has the file and not its content.
    if (['ENOSPC', 'EDQUOT', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? ''))
      await rm(path, { force: true });
    throw error;
  }
}

interface Found {
  readonly text: string;
  /** Undefined for a lock that does not say. */
  readonly holder: Holder | undefined;
  /** Milliseconds since it was renewed, by the clock of the disk. */
  readonly age: number;
}

/** What a lock says. A pipe or device of that name is not waited for. */
const textOf = async (path: string): Promise<string> => (await readRegularFile(path, 65_536)).toString('utf8');

/** @returns undefined when it has just gone, or is no file */
async function look(path: string): Promise<Found | undefined> {
  for (let tries = 0; ; tries++) {
    const text = await textOf(path).catch(() => undefined);
    if (text === undefined) return undefined;
    const holder = holderOf(text);
    if (holder === undefined && tries < 5) {
      await delay(birth / 5);
      continue;
    }
    const written = await stat(path).catch(() => undefined);
    if (written === undefined) return undefined;
    return { text, holder, age: (await diskTime(path)) - written.mtimeMs };
  }
}

function holderOf(text: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function isLeftBehind({ holder, age }: Found): boolean {
  if (holder === undefined) return age > birth;
  const running = isRunning(holder);
  return running === undefined ? age > silence : !running;
}

/** Takes away a lock that was left behind, unless somebody else was faster and this is already another one. */
async function setAside(path: string, text: string): Promise<void> {
  const aside = temporaryPath(path);
  await rename(path, aside).catch(() => undefined);
  const taken = await textOf(aside).catch(() => undefined);
  if (taken !== undefined && taken !== text) await create(path, taken);
  await rm(aside, { force: true });
}

function hold(path: string, text: string, folder: string): WriterLock {
  const isOurs = async () => (await textOf(path).catch(() => '')) === text;
  const timer = setInterval(() => {
    // Written again, not touched: the time is then that of the disk's clock, whatever ours says.
    const renew = async () => ((await isOurs()) ? writeFile(path, text, { flag: 'r+' }) : undefined);
    void renew().catch(() => undefined);
  }, beat);
  timer.unref();
  let released = false;
  return {
    async check() {
      if (released || (await isOurs())) return;
      throw locked(folder, holderOf(await textOf(path).catch(() => '')));
    },
    async release() {
      if (released) return;
      released = true;
      clearInterval(timer);
      if (await isOurs()) await rm(path, { force: true }).catch(() => undefined);
    },
  };
}

function locked(folder: string, holder: Holder | undefined): FoveateError {
  const path = join(folder, lockName);
  return fail({
    code: 'RUN_LOCKED',
    what: 'Another process writes into this folder',
    where: folder,
    ...(holder === undefined
      ? {}
      : {
          got: `foveate ${holder.command}, process ${String(holder.pid)} on ${holder.host} since ${holder.since}`,
        }),
    advice: `Wait until it has ended, or choose another folder with --out; if it surely runs no more, delete ${path}`,
  });
}
