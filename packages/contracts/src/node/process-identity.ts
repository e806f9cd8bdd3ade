/** Who a process is, so that another one can tell whether it still runs. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly host: string;
  /** Where numbers of processes mean the same: on Linux a boot of the machine and the container; else empty. */
  readonly place: string;
  readonly pid: number;
  /** When it started, in the system's own words; empty where the system does not tell. */
  readonly started: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { host: hostname(), place: place(), pid: process.pid, started: startOf(process.pid) ?? '' };
}

/** Whether a process still runs; undefined where that cannot be told from here: on another machine or in a container. */
export function isRunning({ host, place: its, pid, started }: ProcessIdentity): boolean | undefined {
  if (host !== hostname() || its !== place()) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  if (now === undefined) return false;
  // Another start: the number was given away again.
  return now === '' || started === '' ? undefined : now === started;
}

function place(): string {
  if (process.platform !== 'linux') return '';
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/**
 * Empty where the system does not tell; undefined for a process that has ended, though its parent has not looked yet. One
 * that was killed has not ended while a thread of it is still in the middle of a write.
 */
function startOf(pid: number): string | undefined {
  if (process.platform === 'win32') return '';
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5000 }).trim();
    }
    // The name in parentheses may hold anything; fields 3 (state) and 22 (start) are counted behind it.
    const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const isOver = ['Z', 'X'].includes(fields[0] ?? '') && readdirSync(`/proc/${String(pid)}/task`).length <= 1;
    return isOver ? undefined : (fields[19] ?? '');
  } catch {
    return '';
  }
}
