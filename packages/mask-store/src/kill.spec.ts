/** What a store holds is safe from kills at any instant and from many writers at once. Writers run the built package. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { random } from '@foveate/contracts';
import { checkStore } from './check.js';
import { createMaskStore, openFolderStore } from './open.js';
import type { MaskEntry } from './mask-store.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-kills-'));
const [images, pngs] = [join(root, 'images'), join(root, 'pngs')];
const writer = fileURLToPath(new URL('testing/store-writer.mjs', import.meta.url));

beforeAll(async () => {
  for (const folder of [images, pngs]) mkdirSync(folder);
  for (let inside = 0; inside < 40; inside++) {
    const data = new Uint8Array(24 * 16).fill(255, 0, inside);
    writeFileSync(join(pngs, `${String(inside)}.png`), await encodePng({ width: 24, height: 16, channels: 1, data }));
  }
});
afterAll(() => rmSync(root, { recursive: true }));

/** A writer; what it has said is there. */
function startWriter(folder: string, name: string, most?: number) {
  const args = [writer, folder, pngs, name, ...(most === undefined ? [] : [String(most)])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += String(chunk)));
  const ended = once(child, 'close');
  const acknowledged = (): MaskEntry[] =>
    said
      .slice(0, said.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => JSON.parse(line) as MaskEntry[]);
  return { child, ended, acknowledged };
}

/** Nothing acknowledged is missing or different, and nothing is half there. */
async function expectWhole(folder: string, acknowledged: readonly MaskEntry[]): Promise<void> {
  const store = await openFolderStore(folder);
  for (const entry of acknowledged) expect(store.history(entry)[entry.revision - 1]).toEqual(entry);
  for (const { pixels } of store.allRevisions()) {
    const png = readFileSync(join(folder, 'pixels', pixels.slice(0, 2), `${pixels}.png`));
    expect(createHash('sha256').update(png).digest('hex')).toBe(pixels);
  }
}

it('loses nothing by 200 kills while others write', async () => {
  const folder = join(root, 'killed');
  await createMaskStore(folder, { images });
  const all: MaskEntry[] = [];
  const lane = async (number: number): Promise<void> => {
    for (let kill = 0; kill < 50; kill++) {
      const { child, ended, acknowledged } = startWriter(folder, `writer ${String(number)}`);
      await Promise.race([once(child.stdout, 'data'), ended]);
      await delay(40 * random(7, number, kill).float());
      child.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
      all.push(...acknowledged());
      if (kill % 10 === 9) await expectWhole(folder, acknowledged());
    }
  };
  await Promise.all([0, 1, 2, 3].map(lane));
  expect(all.length).toBeGreaterThanOrEqual(200);
  await expectWhole(folder, all);
  const { problems } = await checkStore(folder, { lookAtImages: false });
  expect(problems).toEqual([]);
  await startWriter(folder, 'the next one', 3).ended;
  expect(readdirSync(join(folder, 'turns')).length).toBeLessThan(20);
}, 200_000);

it.each([2, 4])('lets %i processes write at once', async (count) => {
  const folder = join(root, `together-${String(count)}`);
  await createMaskStore(folder, { images });
  const writers = Array.from({ length: count }, (_, number) => startWriter(folder, `writer ${String(number)}`, 40));
  await Promise.all(writers.map(({ ended }) => ended));
  const acknowledged = writers.map((one) => one.acknowledged());
  expect(acknowledged.map(({ length }) => length)).toEqual(Array(count).fill(35 * 2 + 5));
  await expectWhole(folder, acknowledged.flat());
  const store = await openFolderStore(folder);
  expect([...store.allRevisions()]).toHaveLength(75 * count);
});
