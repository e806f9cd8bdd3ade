/** Files that crashes, full disks and people have damaged. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { checkStore } from './check.js';
import { identifyImage } from './image-files.js';
import { lineOf } from './_line.js';
import type { MaskKey, MaskEntry, StoredImage } from './mask-store.js';
import { createMaskStore, openMaskStore } from './open.js';
import { drawn, teeth, writeImage } from './testing/fixture.js';

let root: string;
let folder: string;
let journal: string;
let image: StoredImage;
let key: MaskKey;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'foveate-damage-'));
  [folder, journal] = [join(root, 'store'), join(root, 'store', 'journal.jsonl')];
  await writeImage(root, 'images/a.png', 1);
  image = await identifyImage(join(root, 'images'), 'a.png');
  key = { image: image.hash, kind: 'area', name: 'teeth' };
  const store = await createMaskStore(folder, { images: join(root, 'images') });
  for (const mask of [drawn('#...', '....'), drawn('##..', '....'), drawn('###.', '....')]) {
    await store.put(image, [teeth(mask)]);
  }
});
afterEach(() => rmSync(root, { recursive: true }));

const time = '2026-01-31T12:00:00.000Z';

describe('the last line', () => {
  it.each([
    ['cut off', (text: string) => text.slice(0, -40)],
    ['without its end', (text: string) => text.slice(0, -1)],
    ['made longer by a machine that lost its power', (text: string) => text.slice(0, -40) + '\0'.repeat(40)],
    ['of which only the end was written', (text: string) => text.slice(0, -80) + '\0'.repeat(40) + text.slice(-40)],
  ])('does not count when it is %s, and the next writer cuts it off', async (_, damaged) => {
    const text = readFileSync(journal, 'utf8');
    writeFileSync(journal, damaged(text));
    const store = await openMaskStore(folder);
    expect(store.history(key)).toHaveLength(2);
    expect((await checkStore(folder)).notes).toMatchObject([
      { reason: 'unfinished-line' },
      { reason: 'pixels-unused' },
    ]);
    expect(await store.setStatus(key, 'accepted')).toMatchObject({ revision: 3, inside: 2 });
    expect(readFileSync(journal, 'utf8').startsWith(text.split('\n').slice(0, 2).join('\n'))).toBe(true);
    expect((await openMaskStore(folder)).history(key)).toHaveLength(3);
  });
});

describe('a line in the middle', () => {
  const change = (line: number, to: (text: string) => string) => {
    const lines = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(journal, lines.map((text, at) => (at === line - 1 ? to(text) : text)).join('\n'));
  };

  it.each([
    ['one character changed', (text: string) => text.replace('anna', 'anne'), 'does not have its checksum'],
    ['no record', () => '{}', 'no line of a journal'],
    ['a record nobody wrote', () => lineOf({ op: 'put', image, masks: [], time } as never).toString().trim(), 'masks has 0 elements'], // prettier-ignore
    [
      'a strange operation',
      () =>
        lineOf({ op: 'delete', time } as never)
          .toString()
          .trim(),
      'op is "delete", not put',
    ],
    ['a status of what is not there', () => lineOf({ op: 'status', to: 'accepted', keys: [{ ...key, name: 'none' }], time }).toString().trim(), "no area 'none'"], // prettier-ignore
  ])('is an error that names it: %s', async (_, to, got) => {
    change(2, to);
    const opening = openMaskStore(folder);
    await expect(opening).rejects.toMatchObject({ code: 'DATA_INVALID', parts: { reason: 'store-damaged' } });
    await expect(opening).rejects.toThrow(`journal.jsonl:2: This line of the mask store is damaged`);
    await expect(opening).rejects.toThrow(got);
  });

  it('is an error also at the end, when it is complete', async () => {
    change(3, (text) => text.replace('anna', 'anne'));
    await expect(openMaskStore(folder)).rejects.toThrow('journal.jsonl:3');
  });

  it('is an error when it never ends', async () => {
    appendFileSync(journal, 'x'.repeat(2 ** 23 + 1));
    await expect(openMaskStore(folder)).rejects.toThrow('journal.jsonl:4');
  });
});

describe('store.json', () => {
  it.each([
    ['{', 'DATA_INVALID', 'JSON'],
    ['[]', 'DATA_INVALID', 'no object'],
    ['{"format":"foveate-mask-store","version":2}', 'DATA_INVALID', 'got version 2). Update Foveate'],
    ['{"format":"foveate-mask-store"}', 'DATA_INVALID', 'expected version 1, got version none'],
    ['{"format":"foveate-mask-store","version":1,"images":"","ignore":[]}', 'DATA_INVALID', 'images has 0 characters'],
    ['{"format":"other","version":1}', 'DATA_INVALID', 'format is "other"'],
  ])('that says %s is an error', async (text, code, message) => {
    writeFileSync(join(folder, 'store.json'), text);
    await expect(openMaskStore(folder)).rejects.toMatchObject({ code });
    await expect(openMaskStore(folder)).rejects.toThrow(message);
  });

  it('without a journal beside it is an error, not an empty store', async () => {
    rmSync(journal);
    await expect(openMaskStore(folder)).rejects.toThrow('journal of the mask store cannot be read');
  });
});

describe('a journal put back from a backup', () => {
  it('is read anew', async () => {
    const store = await openMaskStore(folder);
    const [first = ''] = readFileSync(journal, 'utf8').split('\n');
    rmSync(journal);
    writeFileSync(journal, `${first}\n`);
    expect(await store.setStatus(key, 'accepted')).toMatchObject({ revision: 2, inside: 1 });
    expect(store.history(key)).toHaveLength(2);
  });
});

describe('a full disk', () => {
  const onPosix = process.platform === 'win32' ? it.skip : it;
  onPosix('changes nothing, and all goes on when there is room', async () => {
    const pngs = join(root, 'pngs');
    mkdirSync(pngs);
    for (const inside of [3, 5]) {
      const data = new Uint8Array(24 * 16).fill(255, 0, inside);
      writeFileSync(join(pngs, `${String(inside)}.png`), await encodePng({ width: 24, height: 16, channels: 1, data }));
    }
    const writer = fileURLToPath(new URL('testing/store-writer.mjs', import.meta.url));
    // Files of at most 16 blocks of 512 bytes: the journal's next line is written in part, and then no more.
    const limited = `trap '' XFSZ; ulimit -f 16; exec "$0" "$@"`;
    const args = ['-c', limited, process.execPath, writer, folder, pngs, 'writer'];
    const { status, stdout, stderr } = spawnSync('sh', args, { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stderr).toContain('OUTPUT_UNWRITABLE');
    const said = stdout.trim().split('\n').flatMap((line) => JSON.parse(line) as MaskEntry[]); // prettier-ignore
    expect(said.length).toBeGreaterThan(5);
    expect(readFileSync(journal, 'utf8')).toMatch(/\n$/);
    const store = await openMaskStore(folder);
    for (const entry of said) expect(store.history(entry)[entry.revision - 1]).toEqual(entry);
    expect([...store.images()].flatMap(({ hash }) => [...store.entries({ image: hash })])).toHaveLength(new Set(said.map(({ image: hash, name }) => hash + name)).size + 1); // prettier-ignore
    expect(await store.setStatus(key, 'accepted')).toMatchObject({ revision: 4 });
    expect((await checkStore(folder, { lookAtImages: false })).problems).toEqual([]);
  });
});
