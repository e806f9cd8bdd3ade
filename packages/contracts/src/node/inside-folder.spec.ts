import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isWithin, resolveInside } from './inside-folder.js';

let folder: string;
let run: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foveate-inside-'));
  run = join(folder, 'run');
  mkdirSync(join(run, 'logs'), { recursive: true });
  writeFileSync(join(folder, 'secret'), 'secret');
  writeFileSync(join(run, 'logs', 'a'), 'a');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('resolveInside', () => {
  it('gives files of the folder, links within it, and what is not there yet', () => {
    symlinkSync('logs/a', join(run, 'b'));
    for (const name of ['logs/a', 'b', 'new.json', '..data', '.']) {
      expect(resolveInside(run, name)).toBe(join(run, name));
    }
  });

  it('follows a folder that is itself a link', () => {
    symlinkSync(run, join(folder, 'latest'));
    expect(resolveInside(join(folder, 'latest'), 'logs/a')).toBe(join(folder, 'latest', 'logs', 'a'));
  });

  it('refuses what leads out by path, by link, by a folder that is a link, and links to nothing', () => {
    symlinkSync('../secret', join(run, 'image.png'));
    symlinkSync(folder, join(run, 'explanations'));
    symlinkSync('../not-yet', join(run, 'steps.csv'));
    for (const name of ['../secret', join(folder, 'secret'), 'image.png', 'explanations/secret', 'steps.csv']) {
      expect(() => resolveInside(run, name)).toThrow(expect.objectContaining({ code: 'RUN_INVALID' }));
    }
  });
});

describe('isWithin', () => {
  it('counts the folder itself and names that begin with points', () => {
    expect(isWithin('/a', '/a') && isWithin('/a', '/a/..b')).toBe(true);
    expect(isWithin('/a', '/ab') || isWithin('/a/b', '/a')).toBe(false);
  });
});
