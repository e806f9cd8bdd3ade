import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAtomically } from './atomic-file.js';

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

  it('names the file it cannot write and clears up', async () => {
    const path = join(folder, 'taken');
    mkdirSync(join(path, 'inside'), { recursive: true });
    const writing = writeAtomically(path, 'x');
    await expect(writing).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    await expect(writing).rejects.toThrow(path);
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});
