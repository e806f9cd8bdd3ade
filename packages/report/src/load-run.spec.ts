import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadRun } from './index.js';
import { fabricate, predictionsOf } from './testing/fixture.js';

const run = fabricate(
  predictionsOf([
    [1, 0.9],
    [0, 0.2],
  ]),
);
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
    await writeFile(join(folder, 'image.png'), 'PNG');
    const loaded = await loadRun(folder);
    expect(loaded.record).toEqual(run.record);
    expect(loaded.predictions).toEqual(run.predictions);
    expect(loaded.samples).toEqual([sample]);
    expect(Buffer.from(loaded.images('image.png')).toString()).toBe('PNG');
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
      expect(() => images(path)).toThrow('outside of the run folder');
    }
  });
});
