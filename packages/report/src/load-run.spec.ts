import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadRun } from './index.js';
import { fabricate, predictionsOf } from './testing/fixture.js';

const run = fabricate(
  predictionsOf([
    [1, 0.9],
    [0, 0.2],
  ]),
);
/** The beginning and the end of a PNG file. */
const picture = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010000000049454e44ae426082', 'hex');
const sample = { id: 'image/0', split: 'test', label: 1, defectTypes: ['rough'], reason: 'inside', shareInside: 0.9 };
const lines = (records: readonly unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foveate-report-'));
  await writeFile(join(folder, 'run.json'), JSON.stringify(run.record));
  await writeFile(join(folder, 'predictions.jsonl'), lines(run.predictions));
});
afterEach(() => rm(folder, { recursive: true }));

describe('loadRun', () => {
  it('reads what a run writes', async () => {
    await writeFile(join(folder, 'samples.jsonl'), lines([sample]));
    await writeFile(join(folder, 'image.png'), picture);
    const loaded = await loadRun(folder);
    expect(loaded.record).toEqual(run.record);
    expect(loaded.predictions).toEqual(run.predictions);
    expect(loaded.samples).toEqual([sample]);
    expect(Buffer.from(loaded.images('image.png'))).toEqual(picture);
  });

  it('does without samples, and without predictions when nothing was tested', async () => {
    await rm(join(folder, 'predictions.jsonl'));
    await writeFile(join(folder, 'run.json'), JSON.stringify({ ...run.record, status: 'interrupted', test: null }));
    const loaded = await loadRun(folder);
    expect(loaded.predictions).toEqual([]);
    expect(loaded.samples).toBeUndefined();
  });

  it('names the folder that is no run', async () => {
    await rm(join(folder, 'run.json'));
    await expect(loadRun(folder)).rejects.toMatchObject({
      code: 'PATH_MISSING',
      message: expect.stringContaining(folder),
    });
  });

  it('names key, file and line of what is wrong', async () => {
    const { model, ...rest } = run.record;
    const cases: [string, string, string][] = [
      [
        'run.json',
        JSON.stringify({ ...rest, model: { ...model, parameters: 'many' } }),
        "run.json: 'model.parameters'",
      ],
      ['run.json', JSON.stringify({ ...run.record, version: 2 }), "run.json: 'version'"],
      ['run.json', JSON.stringify(run.record).slice(0, 50), 'run.json: this is not valid JSON'],
      ['predictions.jsonl', `${lines(run.predictions)}{"id":`, 'predictions.jsonl:3: this is not valid JSON'],
      ['predictions.jsonl', lines([{ ...run.predictions[0], score: 2 }]), "predictions.jsonl:1: 'score'"],
      ['samples.jsonl', lines([sample, { ...sample, label: 2 }]), "samples.jsonl:2: 'label'"],
    ];
    for (const [name, text, message] of cases) {
      const before = await readFile(join(folder, name), 'utf8').catch(() => null);
      await writeFile(join(folder, name), text);
      await expect(loadRun(folder)).rejects.toMatchObject({
        code: 'RUN_INVALID',
        message: expect.stringContaining(message),
      });
      if (before === null) await rm(join(folder, name));
      else await writeFile(join(folder, name), before);
    }
    await rm(join(folder, 'predictions.jsonl'));
    await expect(loadRun(folder)).rejects.toMatchObject({ code: 'RUN_INVALID' });
  });

  it('reads images of the folder only', async () => {
    const { images } = await loadRun(folder);
    expect(() => images('gone.png')).toThrow(/gone\.png: .*got ENOENT/);
    for (const path of ['../secret.png', '/etc/hostname', 'a/../../secret.png']) {
      expect(() => images(path)).toThrow(expect.objectContaining({ code: 'RUN_INVALID' }));
    }
  });

  it('follows no link out of the folder, and embeds nothing but pictures', async () => {
    const { images } = await loadRun(folder);
    const secret = join(folder, '..', `${basename(folder)}.secret.png`);
    await writeFile(secret, picture);
    await writeFile(join(folder, 'image.png'), picture);
    await symlink(secret, join(folder, 'link.png'));
    await symlink('image.png', join(folder, 'inner.png'));
    await writeFile(join(folder, 'text.png'), 'TOP SECRET');
    await writeFile(join(folder, 'cut.png'), picture.subarray(0, -1));
    for (const path of ['link.png', 'text.png', 'cut.png', '.']) {
      expect(() => images(path)).toThrow(expect.objectContaining({ code: 'RUN_INVALID' }));
    }
    expect(Buffer.from(images('inner.png'))).toEqual(picture);
    await rm(join(folder, 'run.json'));
    await writeFile(secret, JSON.stringify(run.record));
    await symlink(secret, join(folder, 'run.json'));
    await expect(loadRun(folder)).rejects.toMatchObject({ code: 'RUN_INVALID' });
    await rm(secret);
  });

  it('refuses records that are null, or nested without end', async () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    for (const text of [
      'null',
      deep,
      JSON.stringify({ ...run.record, config: 0 }).replace('"config":0', `"config":{"a":${deep}}`),
    ]) {
      await writeFile(join(folder, 'run.json'), text);
      await expect(loadRun(folder)).rejects.toMatchObject({ code: 'RUN_INVALID' });
    }
  });
});
