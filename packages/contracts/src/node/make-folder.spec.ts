import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './make-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foveate-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('makeFolder', () => {
  it('makes what is missing and names the topmost folder it made', async () => {
    const path = join(folder, 'a', 'b', 'c');
    expect(await makeFolder(path)).toBe(join(folder, 'a'));
    expect(statSync(path).isDirectory()).toBe(true);
    expect(await makeFolder(path)).toBeUndefined();
  });

  it("passes the system's error on where a file is in the way", async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(join(folder, 'file', 'inside'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  const onProc = existsSync('/proc/self') ? it : it.skip;
  onProc('ends where the system refuses to make anything', async () => {
    await expect(makeFolder('/proc/foveate/run')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
