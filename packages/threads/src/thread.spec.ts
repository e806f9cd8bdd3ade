import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { isFoveateError } from '@foveate/contracts';
import { Thread } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'threads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Worked {
  log(entry: string, wait: number): Promise<readonly string[]>;
  bytes(length: number): Promise<Uint8Array>;
  lengthOf(bytes: Uint8Array): Promise<number>;
  refuse(): Promise<never>;
  exit(): Promise<never>;
  hang(): Promise<never>;
  secret(): Promise<unknown>;
  unknown(): Promise<never>;
  same(value: unknown): Promise<unknown>;
}

/** A worker runs what is built, as a user's does. */
const built = (name: string) => new URL(`../../${name}/dist/index.js`, import.meta.url).href;

const file = join(folder, 'worker.mjs');
writeFileSync(
  file,
  `import { serve } from '${built('threads')}';
import { fail } from '${built('contracts')}';
serve(
  (data) => {
    if (data === 'broken') throw fail({ code: 'CONFIG_INVALID', what: 'Cannot be made' });
    const entries = [data];
    return {
      log: (entry, wait) => {
        entries.push(entry);
        return new Promise((resolve) => setTimeout(() => resolve([...entries]), wait));
      },
      bytes: async (length) => new Uint8Array(length).fill(7),
      lengthOf: async (bytes) => bytes.length,
      refuse: () => Promise.reject(fail({ code: 'DATA_INVALID', what: 'No', where: 'here' })),
      exit: () => process.exit(3),
      secret: async () => () => 1,
      same: async (value) => value,
      hang: () => { for (;;); },
    };
  },
  (result) => (result instanceof Uint8Array ? [result.buffer] : []),
);
`,
);

const start = (data: string) =>
  new Thread<Worked>({ file, data, stopped: (cause) => new Error(`stopped: ${cause.message}`) });

describe('Thread', () => {
  it('calls methods in order and answers when each is done', async () => {
    const thread = start('first');
    const [slow, quick] = [thread.call('log', ['a', 60]), thread.call('log', ['b', 0])];
    expect(thread.pending).toBe(2);
    expect(await Promise.race([slow, quick])).toEqual(['first', 'a', 'b']);
    expect(thread.pending).toBe(1);
    await slow;
    await thread.close();
  });

  it('hands memory over, there and back', async () => {
    const thread = start('');
    const bytes = await thread.call('bytes', [5]);
    expect([...bytes]).toEqual([7, 7, 7, 7, 7]);
    expect(await thread.call('lengthOf', [bytes], [bytes.buffer as ArrayBuffer])).toBe(5);
    expect(bytes.byteLength).toBe(0);
    await thread.close();
  });

  it('passes errors on, also that the object cannot be made', async () => {
    const [thread, broken] = [start(''), start('broken')];
    const refused = await thread.call('refuse', []).catch((error: unknown) => error);
    expect(isFoveateError(refused) && refused.parts).toMatchObject({ code: 'DATA_INVALID', what: 'No', where: 'here' });
    await expect(broken.call('refuse', [])).rejects.toThrow('Cannot be made');
    await Promise.all([thread.close(), broken.close()]);
  });

  it('owes nothing for what cannot be sent, there or back', async () => {
    const thread = start('');
    await expect(thread.call('same', [() => 1])).rejects.toThrow('could not be cloned');
    expect(thread.pending).toBe(0);
    await expect(thread.call('secret', [])).rejects.toThrow('could not be cloned');
    await expect(thread.call('unknown', [])).rejects.toThrow("no method 'unknown'");
    expect(await thread.call('same', [5])).toBe(5);
    await thread.close();
  });

  it('says to all who wait, and to all who come, that it has stopped', async () => {
    const thread = start('');
    const [waiting, fatal] = [thread.call('log', ['', 10_000]), thread.call('exit', [])];
    await expect(waiting).rejects.toThrow('stopped: exit code 3');
    await expect(fatal).rejects.toThrow('stopped: exit code 3');
    await expect(thread.call('bytes', [1])).rejects.toThrow('stopped: exit code 3');
  });

  it('finishes what it owes before it closes, and takes nothing more', async () => {
    const thread = start('');
    const pending = thread.call('log', ['last', 50]);
    const closed = thread.close();
    await expect(thread.call('bytes', [1])).rejects.toThrow('ended');
    await expect(pending).resolves.toEqual(['', 'last']);
    await closed;
  });

  it('can be ended in the middle of a loop', async () => {
    const thread = start('');
    const hanging = thread.call('hang', []);
    const outcome = expect(hanging).rejects.toThrow('stopped: exit code 1');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await thread.terminate();
    await outcome;
  });
});
