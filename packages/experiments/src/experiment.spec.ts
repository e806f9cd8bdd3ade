/** Experiments with networks of ten parameters, in this process. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { AuditRow } from '@foveate/report';
import { createRunner } from '@foveate/pipeline';
import { lockFolder } from '@foveate/run-record/node';
import { tinyDefaults, tinyPlugins } from '../../../tools/testing/tiny-plugins.js';
import { makeExperiment, planRuns, readExperiment, runExperiment, type RunReport, type Workers } from './index.js';

const runner = createRunner({ plugins: tinyPlugins, defaults: tinyDefaults });
const root = mkdtempSync(join(tmpdir(), 'foveate-experiment-'));
afterAll(() => rmSync(root, { recursive: true }));

const row: AuditRow = {
  id: 'swap',
  side: 'outside',
  label: 0,
  images: 4,
  flips: 1,
  interval: { low: 0.1, high: 0.6 },
  moved: 0.1,
};

const workers: Workers = {
  disturbances: ['outside swap'],
  train: ({ config, folder }, { resume, signal, onEvent }) =>
    runner
      .run(config, { folder, ...(resume ? { resume } : { overwrite: true }), signal })
      .forEach((event) => onEvent(event)),
  audit: async () => [row],
};

const tinyConfig = { data: { source: 'tiny', augment: [] }, training: { epochs: 2, batchSize: 8 } };

const tiny = (more: object = {}) =>
  makeExperiment(
    {
      name: 'tiny',
      config: tinyConfig,
      arms: { plain: {}, wide: { 'model.channels': 3 } },
      seeds: [4, 5],
      ...more,
    },
    root,
  );

async function done(folder: string, experiment = tiny(), more: Partial<Parameters<typeof runExperiment>[2]> = {}) {
  const reports: RunReport[] = [];
  const options = {
    folder: join(root, folder),
    workers,
    tell: (report: RunReport) => void reports.push(report),
    ...more,
  };
  const outcome = await runExperiment(experiment, runner, options);
  return { ...outcome, told: reports.map(({ type, run }) => `${type} ${run.arm} ${String(run.seed)}`) };
}

describe('runExperiment', () => {
  it('runs every arm with every seed, reports, and does nothing twice', async () => {
    const { result, told, files } = await done('all', tiny({ audit: { images: 4 } }));
    expect(told.filter((line) => line.startsWith('done'))).toEqual(
      ['plain 4', 'wide 4', 'plain 5', 'wide 5'].map((run) => `done ${run}`),
    );
    expect(result).toMatchObject({ missing: [], refused: [], baselines: ['plain'] });
    expect(result.measures.map(({ measure }) => measure.key)).toEqual(
      expect.arrayContaining(['auroc', 'accuracy', 'outsideFlips']),
    );
    const flips = result.measures.find(({ measure }) => measure.key === 'outsideFlips');
    expect(flips?.cells[0]?.arms[1]).toMatchObject({ arm: 'wide', values: [0.25, 0.25] });
    const page = readFileSync(files[0]!, 'utf8');
    expect(page).toContain('Foveate experiment');
    const again = await done('all', tiny({ audit: { images: 4 } }), { jobs: 2 });
    expect(again.told.sort()).toEqual(['plain 4', 'plain 5', 'wide 4', 'wide 5'].map((run) => `skipped ${run}`));
    expect(readFileSync(files[0]!, 'utf8')).toBe(page);
  });

  it('audits anew what was audited otherwise, and trains nothing for it', async () => {
    const audited = tiny({ audit: { images: 4 } });
    await done('audited', audited);
    const audit = () => Promise.resolve([{ ...row, flips: 2 }]);
    const train = () => Promise.reject(new Error('There is nothing to train.'));
    const other: Workers = { disturbances: ['outside swap', 'outside blur'], audit, train };
    const { result, told } = await done('audited', audited, { workers: other });
    expect(told.filter((line) => line.startsWith('done'))).toHaveLength(4);
    const flips = result.measures.find(({ measure }) => measure.key === 'outsideFlips');
    expect(flips?.cells[0]?.arms[0]?.values).toEqual([0.5, 0.5]);
    const { result: reported } = await done('audited', tiny({ audit: { images: 5 } }), { reportOnly: true });
    expect(reported.missing).toHaveLength(4);
    expect(reported.missing[0]).toEqual({
      run: 'plain on data with model, seed 4',
      why: 'it has not been audited yet, or otherwise',
    });
  });

  it('is done by one process at a time; others may report', async () => {
    mkdirSync(join(root, 'busy'));
    const lock = await lockFolder(join(root, 'busy'), 'experiment');
    await expect(done('busy')).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    expect((await done('busy', tiny(), { reportOnly: true })).result.missing).toHaveLength(4);
    await lock.release();
    expect((await done('busy')).result.missing).toEqual([]);
    expect(existsSync(join(root, 'busy', 'run.lock'))).toBe(false);
  });

  it('goes on after a stop, to the same result', async () => {
    const stop = new AbortController();
    const tell = ({ type }: RunReport) => (type === 'epoch' ? stop.abort() : undefined);
    await expect(done('stopped', tiny(), { signal: stop.signal, tell })).rejects.toThrow();
    expect(existsSync(join(root, 'stopped', 'report.html'))).toBe(false);
    const { result } = await done('stopped');
    const straight = await done('straight');
    expect({ ...result, trainingSeconds: 0 }).toEqual({ ...straight.result, trainingSeconds: 0 });
  });

  it('goes on without a run that fails, and names it', async () => {
    const train: Workers['train'] = (run, options) =>
      run.arm === 'wide' && run.seed === 4 ? Promise.reject(new Error('No more memory.')) : workers.train(run, options);
    const { result, failed, told } = await done('failing', tiny(), { workers: { ...workers, train } });
    expect(failed).toHaveLength(1);
    expect(told.filter((line) => line.startsWith('done'))).toHaveLength(3);
    expect(result.missing).toEqual([{ run: 'wide on data with model, seed 4', why: 'No more memory.' }]);
    expect(result.measures[0]?.cells[0]?.differences[0]?.estimate).toMatchObject({ n: 1 });
    expect((await done('failing')).result.missing).toEqual([]);
  });

  it('refuses runs of another configuration before anything is trained, unless they may be replaced', async () => {
    await done('changed');
    const other = tiny({ seeds: [4, 5, 6], arms: { plain: {}, wide: { 'model.channels': 4 } } });
    await expect(done('changed', other)).rejects.toMatchObject({
      code: 'RUN_INVALID',
      message: expect.stringContaining('model.channels'),
    });
    expect(existsSync(join(root, 'changed', 'runs', 'data', 'model', 'plain', 'seed-6'))).toBe(false);
    const { told } = await done('changed', other, { overwrite: true });
    expect(told).toEqual(expect.arrayContaining(['skipped plain 4', 'done wide 4', 'done wide 5', 'done plain 6']));
  });

  it('takes runs of another length for others, also where a run was lengthened behind its back', async () => {
    const audited = tiny({ audit: { images: 4 }, seeds: [4] });
    await done('long', audited);
    const longer = tiny({
      audit: { images: 4 },
      seeds: [4],
      config: { data: { source: 'tiny', augment: [] }, training: { epochs: 3, batchSize: 8 } },
    });
    const refused = {
      code: 'RUN_INVALID',
      message: expect.stringMatching(/expected training.epochs=2, got training.epochs=3/),
    };
    await expect(done('long', longer)).rejects.toMatchObject(refused);
    const folder = join(root, 'long', 'runs', 'data', 'model', 'plain', 'seed-4');
    const [three] = await planRuns(longer, runner, join(root, 'long'));
    await runner.run(three!.config, { folder, resume: true }).forEach(() => undefined);
    const { told } = await done('long', longer, { overwrite: true });
    // The audit was of the shorter training.
    expect(told.sort()).toEqual(expect.arrayContaining(['auditing plain 4', 'training wide 4']));
    expect(told).not.toContain('training plain 4');
  });

  it('names a damaged run, reports the others, and does it anew where it may', async () => {
    await done('damaged');
    const file = join(root, 'damaged', 'runs', 'data', 'model', 'wide', 'seed-5', 'predictions.jsonl');
    writeFileSync(file, 'garbage');
    writeFileSync(join(root, 'damaged', 'tables', 'worstGroup.md'), 'of an earlier report');
    writeFileSync(join(root, 'damaged', 'figures', 'own.svg'), 'not ours');
    const reported = await done('damaged', tiny(), { reportOnly: true });
    const missing = { run: 'wide on data with model, seed 5', why: expect.stringContaining('predictions.jsonl:1') };
    expect(reported.result.missing).toEqual([missing]);
    expect(existsSync(join(root, 'damaged', 'tables', 'worstGroup.md'))).toBe(false);
    expect(existsSync(join(root, 'damaged', 'figures', 'own.svg'))).toBe(true);
    const again = await done('damaged');
    expect(again.told).toContain('failed wide 5');
    const { result, told } = await done('damaged', tiny(), { overwrite: true });
    expect(told).toContain('done wide 5');
    expect(result.missing).toEqual([]);
  });

  it('shows the pictures of other runs where one of a run is damaged', async () => {
    const explained = tiny({ seeds: [4], config: { ...tinyConfig, explain: { id: 'sum', images: 2 } } });
    const { result, files } = await done('pictures', explained);
    expect(result.missing).toEqual([]);
    const pictures = () => readFileSync(files[0]!, 'utf8').match(/<article class="case"/g)?.length;
    expect(pictures()).toBe(2);
    const run = join(root, 'pictures', 'runs', 'data', 'model', 'wide', 'seed-4');
    const [{ heatmapPath }] = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')).explanations;
    // A PNG by its first and last bytes.
    const bytes = readFileSync(join(run, heatmapPath));
    writeFileSync(join(run, heatmapPath), Buffer.concat([bytes.subarray(0, 40), bytes.subarray(-12)]));
    const damaged = await done('pictures', explained);
    expect(damaged.result.missing).toEqual([
      { run: 'wide on data with model, seed 4', why: expect.stringContaining(heatmapPath) },
    ]);
    expect(damaged.result.measures).toEqual(result.measures);
    expect(pictures()).toBe(2);
  });

  it('reports what is there without training', async () => {
    const { result, told } = await done('nothing', tiny(), { reportOnly: true });
    expect(told).toEqual([]);
    expect(result.missing).toHaveLength(4);
    expect(result.missing[0]?.why).toBe('it has not been done yet');
  });
});

describe('the file of an experiment', () => {
  const read = async (text: string) => {
    const file = join(root, 'bad.yaml');
    writeFileSync(file, text);
    return runExperiment(await readExperiment(file), runner, { folder: join(root, 'bad'), workers });
  };

  it.each([
    [
      'an arm that is not there',
      'config: {}\narms: { ce: {} }\nseeds: 2\ncompareWith: ec\n',
      /bad.yaml:4:\d+ compareWith: there is no arm 'ec'; there are ce, got "ec"/,
    ],
    ['seeds that stand there twice', 'config: {}\narms: { ce: {} }\nseeds: [1, 1]\n', /bad.yaml:3:1 seeds/],
    ['no arms', 'config: {}\narms: {}\nseeds: 1\n', /at least one arm/],
    ['a key nobody knows', 'config: {}\narms: { ce: {} }\nseed: 1\n', /bad.yaml:3:1 seed/],
    [
      'a misspelt arm',
      'config: {}\narms: { baseline: {} }\nseeds: 1\ncompareWith: baselin\n',
      /did you mean 'baseline'\?/,
    ],
    [
      'a share in per cent',
      'config: {}\narms: { ce: {} }\nseeds: 1\npublished: [{ arm: ce, measure: accuracy, value: 95, source: x }]\n',
      /bad.yaml:4:\d+ published.0.value/,
    ],
    [
      'a measure nobody knows',
      'config: {}\narms: { ce: {} }\nseeds: 1\npublished: [{ arm: ce, measure: acuracy, value: 0.5, source: x }]\n',
      /published.0.measure/,
    ],
    [
      'more runs than anybody can do',
      `config: {}\narms: { ce: {} }\nseeds: 1000\ndata: { ${Array.from({ length: 101 }, (_, i) => `d${String(i)}: {}`).join(', ')} }\n`,
      /at most 100000 runs, these are 101000/,
    ],
    [
      'an arm that is a number',
      'config: {}\narms: { 20: {}, 3: {} }\nseeds: 1\n',
      /bad.yaml:2:\d+ arms.3: expected a name with a letter/,
    ],
    [
      'baselines that stand there twice',
      'config: {}\narms: { ce: {} }\nseeds: 1\ncompareWith: [ce, ce]\n',
      /stands there twice/,
    ],
    [
      'images of what is no share of them',
      'config: {}\narms: { ce: {} }\nseeds: 1\npublished: [{ arm: ce, measure: auroc, value: 0.5, images: 9, source: x }]\n',
      /published.0.images/,
    ],
    ['a list of arms', 'config: {}\narms: [ce]\nseeds: 1\n', /bad.yaml:2:\d+ arms: expected keys with values, got/],
    ['a name with a space', 'config: {}\narms: { my arm: {} }\nseeds: 1\n', /expected letters, digits, points/],
    ['a name that leads out', 'config: {}\narms: { ../x: {} }\nseeds: 1\n', /bad.yaml:2:/],
  ])('is refused with %s', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) });
    expect(existsSync(join(root, 'bad'))).toBe(false);
  });

  it('names the arm whose configuration is invalid', async () => {
    const text = 'config: { data: { source: tiny } }\narms:\n  ce: {}\n  far: { model.chanels: 3 }\nseeds: 1\n';
    const error = {
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/bad.yaml:4:3.*far on data.*seed 1.*chanels/),
    };
    await expect(read(text)).rejects.toMatchObject(error);
  });
});
