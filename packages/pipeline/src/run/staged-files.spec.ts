import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { writeTried } from './staged-files.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-staged-'));
const contents = { 'model.onnx': Buffer.from('new'), 'README.md': Buffer.from('how') };
const text = (path: string) => readFileSync(path, 'utf8');

describe('writeTried', () => {
  it('puts files in place once they have been tried', async () => {
    const folder = join(root, 'deep', 'model');
    const seen = await writeTried({ folder, contents, overwrite: false }, (staging) => {
      expect(existsSync(join(folder, 'model.onnx'))).toBe(false);
      return Promise.resolve(text(join(staging, 'model.onnx')));
    });
    expect(seen).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['README.md', 'model.onnx']);
  });

  it('replaces nothing unless told to', async () => {
    const folder = join(root, 'taken');
    mkdirSync(folder);
    writeFileSync(join(folder, 'README.md'), 'mine');
    await expect(
      writeTried({ folder, contents, overwrite: false }, () => Promise.reject(new Error('tried all the same'))),
    ).rejects.toMatchObject({ code: 'OUTPUT_EXISTS', parts: { where: join(folder, 'README.md') } });
    expect(readdirSync(folder)).toEqual(['README.md']);
    await writeTried({ folder, contents, overwrite: true }, () => Promise.resolve());
    expect(text(join(folder, 'README.md'))).toBe('how');
  });

  it('takes a link for a file, whatever it leads to', async () => {
    const folder = join(root, 'linked');
    mkdirSync(folder);
    symlinkSync(join(root, 'nowhere'), join(folder, 'model.onnx'));
    await expect(writeTried({ folder, contents, overwrite: false }, () => Promise.resolve())).rejects.toMatchObject({
      code: 'OUTPUT_EXISTS',
    });
    await writeTried({ folder, contents, overwrite: true }, () => Promise.resolve());
    expect(existsSync(join(root, 'nowhere'))).toBe(false);
    expect(text(join(folder, 'model.onnx'))).toBe('new');
  });

  it('leaves all as it was when the trial fails', async () => {
    const folder = join(root, 'kept');
    mkdirSync(folder);
    writeFileSync(join(folder, 'model.onnx'), 'old');
    const failing = () => Promise.reject(new Error('computes something else'));
    await expect(writeTried({ folder, contents, overwrite: true }, failing)).rejects.toThrow('something else');
    expect(readdirSync(folder)).toEqual(['model.onnx']);
    expect(text(join(folder, 'model.onnx'))).toBe('old');
    await expect(writeTried({ folder: join(root, 'none'), contents, overwrite: true }, failing)).rejects.toThrow();
    expect(existsSync(join(root, 'none'))).toBe(false);
  });

  it('says what cannot be written', async () => {
    writeFileSync(join(root, 'file'), '');
    await expect(
      writeTried({ folder: join(root, 'file'), contents, overwrite: false }, () => Promise.resolve()),
    ).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });
});
