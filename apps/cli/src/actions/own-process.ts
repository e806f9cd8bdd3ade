/** Trains and audits in processes of their own: this program, run again. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '@foveate/contracts';
import type { Workers } from '@foveate/experiments';
import { auditDefaults } from '@foveate/preset-default';
import type { AuditRow } from '@foveate/report';
import { settings } from '../settings.js';

const program = fileURLToPath(new URL('../../bin/foveate.mjs', import.meta.url));

/** Characters of what a process said last that its error holds. */
const saidLast = 2000;

/** Workers that are processes of this program. */
export const processWorkers: Workers = {
  disturbances: auditDefaults.map(({ side, augment }) => `${side} ${JSON.stringify(augment)}`),
  train: ({ configFile, folder, overrides }, { resume, signal, onEvent }) =>
    runProgram(
      [
        ...['train', '--config', configFile, '--out', folder, '--json', resume ? '--resume' : '--overwrite'],
        ...overrides.flatMap((text) => ['--set', text]),
      ],
      signal,
      (line) => onEvent(JSON.parse(line) as RunEvent),
    ),
  audit: async ({ folder }, { images, signal }) => {
    const lines: string[] = [];
    await runProgram(['audit', folder, '--limit', String(images), '--json'], signal, (line) => lines.push(line));
    return (JSON.parse(lines.join('\n')) as { readonly rows: readonly AuditRow[] }).rows;
  },
};

/**
 * Runs this program again and gives what it prints, line by line.
 * @throws Error with what it said when it failed and was not stopped
 */
function runProgram(args: readonly string[], signal: AbortSignal, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const own = settings.allowPlugins ? ['--allow-plugins'] : [];
    // A group of its own: Ctrl-C is for this process, which tells the others once.
    const child = spawn(process.execPath, [program, ...own, ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stop = () => child.kill('SIGINT');
    const kill = () => child.kill('SIGKILL');
    signal.addEventListener('abort', stop, { once: true });
    process.once('exit', kill);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-saidLast)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      try {
        onLine(line);
      } catch (error) {
        kill();
        reject(error as Error);
      }
    });
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      process.off('exit', kill);
      if (code === 0 || signal.aborted) resolve();
      else reject(new Error(said.trim() === '' ? `It ended with ${String(code ?? killedBy)}.` : said.trim()));
    });
  });
}
