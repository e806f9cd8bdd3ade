import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isRunning, ownIdentity } from '@foveate/contracts/node';
import { lockFolder, lockName } from '../../../run-record/src/node/writer-lock.js';

let folder: string;
let path: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foveate-lock-'));
  path = join(folder, lockName);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** The identity of another process, which runs until it is killed. */
async function other(): Promise<{ readonly child: ChildProcess; readonly pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)']);
  children.push(child);
  await once(child.stdout, 'data');
  return { child, pid: child.pid as number };
}

/** A lock as another process would have written it. */
function lockOf(parts: Partial<ReturnType<typeof ownIdentity>>, minutes = 0): void {
  const holder = { token: 'abc', command: 'train', since: '2026-01-01T00:00:00Z', ...ownIdentity(), ...parts };
  writeFileSync(path, JSON.stringify(holder));
  const then = Date.now() / 1000 - minutes * 60;
  utimesSync(path, then, then);
}

const onPosix = process.platform === 'win32' ? it.skip : it;

describe('lockFolder', () => {
  onPosix('does not wait for a pipe of its name', async () => {
    execFileSync('mkfifo', [path]);
    await expect(lockFolder(folder, 'train')).rejects.toMatchObject({ code: 'RUN_LOCKED' });
  });

  it('lets one in, says who it is to the others, and leaves nothing', async () => {
    const lock = await lockFolder(folder, 'train');
    const refused = lockFolder(folder, 'evaluate');
    await expect(refused).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    await expect(refused).rejects.toThrow(`foveate train, process ${String(process.pid)} on `);
    await lock.check();
    await lock.release();
    await (await lockFolder(folder, 'evaluate')).release();
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('lets exactly one of many in at the same time, also where a killed process left its lock', async () => {
    for (const leftBehind of [false, true]) {
      if (leftBehind) lockOf({ pid: 2 ** 22 + 1 });
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder, 'train')));
      const held = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(held).toHaveLength(1);
      await held[0]?.check();
      await held[0]?.release();
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not kept from a folder by a process that was killed, or whose number was given away again', async () => {
    const { child, pid } = await other();
    lockOf({ pid, started: 'at another time' });
    await (await lockFolder(folder, 'train')).release();
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockOf({ pid, started: '' });
    await (await lockFolder(folder, 'train')).release();
  });

  it('waits for a process elsewhere until it has given no sign of life for some minutes', async () => {
    for (const elsewhere of [{ host: 'elsewhere' }, { place: 'another container' }]) {
      lockOf({ ...elsewhere, pid: 2 ** 22 + 1 }, 2);
      await expect(lockFolder(folder, 'train')).rejects.toMatchObject({ code: 'RUN_LOCKED' });
      lockOf({ ...elsewhere, pid: 2 ** 22 + 1 }, 10);
      await (await lockFolder(folder, 'train')).release();
    }
  });

  it('takes away a lock that a full disk or a kill left empty', async () => {
    writeFileSync(path, '');
    const long = Date.now() / 1000 - 60;
    utimesSync(path, long, long);
    await (await lockFolder(folder, 'train')).release();
    expect(existsSync(path)).toBe(false);
  });

  it('notices that somebody else has taken it, and leaves theirs alone', async () => {
    const lock = await lockFolder(folder, 'train');
    lockOf({ host: 'elsewhere' });
    const theirs = readFileSync(path, 'utf8');
    await expect(lock.check()).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    await lock.release();
    expect(readFileSync(path, 'utf8')).toBe(theirs);
  });
});

describe('isRunning', () => {
  it('knows this process, and says nothing of other machines', () => {
    expect(isRunning({ ...ownIdentity(), pid: 2 ** 22 + 1 })).toBe(false);
    expect(isRunning({ ...ownIdentity(), host: 'elsewhere' })).toBeUndefined();
    if (process.platform === 'linux') expect(isRunning(ownIdentity())).toBe(true);
  });
});
