import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeText, openRegular, readRegularFile } from '../index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foveate-regular-'));
  await writeFile(join(folder, 'text'), 'twelve bytes');
  await symlink(join(folder, 'text'), join(folder, 'link'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('readRegularFile', () => {
  it('reads files and links to files', async () => {
    expect(String(await readRegularFile(join(folder, 'text'), 12))).toBe('twelve bytes');
    expect(String(await readRegularFile(join(folder, 'link'), 12))).toBe('twelve bytes');
  });

  it('refuses larger files, folders and what is not there', async () => {
    await expect(readRegularFile(join(folder, 'text'), 11)).rejects.toMatchObject({ code: 'EFBIG' });
    await expect(openRegular(folder)).rejects.toMatchObject({ code: 'a folder' });
    await expect(openRegular(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  const onPosix = process.platform === 'win32' ? it.skip : it;
  onPosix('refuses pipes, which nobody may ever write into, and devices', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(openRegular(join(folder, 'pipe'))).rejects.toMatchObject({ code: 'a named pipe' });
    await expect(openRegular('/dev/zero')).rejects.toMatchObject({ code: 'a device' });
  });
});

describe('decodeText', () => {
  it.each([
    ['UTF-8', Buffer.from('ü{}')],
    ['UTF-8 with mark', Buffer.from('\ufeffü{}')],
    ['UTF-16', Buffer.from('\ufeffü{}', 'utf16le')],
    ['UTF-16, high byte first', Buffer.from('\ufeffü{}', 'utf16le').swap16()],
  ])('reads %s', (_name, bytes) => {
    expect(decodeText(bytes)).toBe('ü{}');
  });
});
