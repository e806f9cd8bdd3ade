import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ownIdentity } from '@foveate/contracts/node';
import { takeTurn } from './_turn.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foveate-turns-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A turn as another process has taken it, some seconds ago. */
function takenBy(parts: Partial<ReturnType<typeof ownIdentity>>, seconds = 0): void {
  const path = join(folder, '7');
  writeFileSync(path, JSON.stringify({ ...ownIdentity(), ...parts }));
  const then = Date.now() / 1000 - seconds;
  utimesSync(path, then, then);
}

describe('turns', () => {
  it('are had by one at a time', async () => {
    let [inside, most, total] = [0, 0, 0];
    const work = async () => {
      const turn = await takeTurn(folder);
      most = Math.max(most, ++inside);
      await delay(2);
      await turn.check();
      inside--;
      total++;
      await turn.end();
    };
    await Promise.all(Array.from({ length: 40 }, work));
    expect([most, total]).toEqual([1, 40]);
    // Many are left, as a listing may miss some, and far from all.
    expect(readdirSync(folder).length).toBeLessThan(20);
  });

  it('are waited for, and who has one is named', async () => {
    const turn = await takeTurn(folder);
    const waiting = takeTurn(folder, 50);
    await expect(waiting).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    await expect(waiting).rejects.toThrow(`process ${String(process.pid)} on `);
    const next = takeTurn(folder);
    await turn.end();
    await (await next).end();
  });

  it('are not kept by processes that are gone', async () => {
    takenBy({ pid: 2 ** 22 + 1 });
    await (await takeTurn(folder, 0)).end();
    expect(readdirSync(folder).sort()).toEqual(['7', '8']);
  });

  it('are kept by processes elsewhere for a minute, and by files that say nothing for a moment', async () => {
    takenBy({ host: 'elsewhere' }, 30);
    await expect(takeTurn(folder, 0)).rejects.toThrow('on elsewhere');
    takenBy({ host: 'elsewhere' }, 90);
    await (await takeTurn(folder, 0)).end();
    writeFileSync(join(folder, '9'), '');
    await expect(takeTurn(folder, 0)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    const then = Date.now() / 1000 - 10;
    utimesSync(join(folder, '9'), then, then);
    await (await takeTurn(folder, 0)).end();
  });

  it('end for whom another machine has taken for gone', async () => {
    const turn = await takeTurn(folder);
    writeFileSync(join(folder, '2'), '');
    await expect(turn.check()).rejects.toMatchObject({ code: 'RUN_LOCKED' });
  });
});
