import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isTemporaryName, temporaryPath, writeAtomically } from './atomic-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foveate-atomic-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('writeAtomically', () => {
  it('makes the folder, replaces the file and leaves nothing beside it', async () => {
    const path = join(folder, 'run', 'run.json');
    await writeAtomically(path, 'old');
    await writeAtomically(path, new Uint8Array([110, 101, 119]));
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(join(folder, 'run'))).toEqual(['run.json']);
  });

  it('writes what comes in pieces, and nothing when no more can come', async () => {
    const path = join(folder, 'pieces.txt');
    async function* pieces(end: () => void) {
      yield 'one ';
      yield new Uint8Array([116, 119, 111]);
      await Promise.resolve(end());
    }
    await writeAtomically(
      path,
      pieces(() => undefined),
    );
    expect(readFileSync(path, 'utf8')).toBe('one two');
    const broken = pieces(() => {
      throw new RangeError('no more');
    });
    await expect(writeAtomically(path, broken)).rejects.toThrow(new RangeError('no more'));
    expect(readFileSync(path, 'utf8')).toBe('one two');
    expect(readdirSync(folder)).toEqual(['pieces.txt']);
  });

  it('replaces a link instead of writing through it, under a name nobody can guess', async () => {
    const [path, victim] = [join(folder, 'report.html'), join(folder, 'victim')];
    writeFileSync(victim, 'precious');
    symlinkSync(victim, path);
    symlinkSync(victim, join(folder, `.report.html.${String(process.pid)}.tmp`));
    await writeAtomically(path, 'new');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(lstatSync(path).isSymbolicLink()).toBe(false);
    expect(temporaryPath(path)).not.toBe(temporaryPath(path));
  });

  it('knows its temporary files, and those of earlier versions, by name', () => {
    expect(isTemporaryName(basename(temporaryPath('/a/run.json')))).toBe(true);
    expect(isTemporaryName('.run.json.4711.tmp')).toBe(true);
    for (const other of ['run.json', 'a.tmp', '.tmp', '.notes.tmp', 'x.0123456789abcdef.tmp']) {
      expect(isTemporaryName(other)).toBe(false);
    }
  });

  it('names the file it cannot write and clears up', async () => {
    const path = join(folder, 'taken');
    mkdirSync(join(path, 'inside'), { recursive: true });
    const writing = writeAtomically(path, 'x');
    await expect(writing).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    await expect(writing).rejects.toThrow(path);
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});
