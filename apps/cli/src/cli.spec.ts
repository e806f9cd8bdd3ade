import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RunRecord } from '@foveate/run-record';
import { encodePng } from '@foveate/image';
import { commandLine } from './testing/command-line.js';

const bin = fileURLToPath(new URL('../bin/foveate.mjs', import.meta.url));
const repository = fileURLToPath(new URL('../../../', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'foveate-cli-'));

const foveate = commandLine(root);

/** One message, no stack trace, nothing on standard output. */
function expectError(result: ReturnType<typeof foveate>, status: number, code: string, ...texts: readonly string[]) {
  expect(result.stderr).toMatch(new RegExp(`^error ${code}: `));
  for (const text of texts) expect(result.stderr).toContain(text);
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect({ status: result.status, stdout: result.stdout }).toEqual({ status, stdout: '' });
}

const tiny = {
  data: { source: { id: 'synthetic-zipper', good: 20, defective: 20, size: 64 }, size: 32 },
  model: { id: 'custom-cnn', channels: [4, 4] },
  explain: { id: 'grad-cam', images: 2 },
  training: { epochs: 2, batchSize: 8 },
};

function configFile(name: string, value: object): string {
  const path = join(root, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

async function picture(path: string, grey: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const data = new Uint8Array(40 * 40 * 3).fill(grey);
  writeFileSync(path, await encodePng({ width: 40, height: 40, channels: 3, data }));
}

/** A data set of two class folders, good and bad. */
function folderConfig(name: string, rootFolder: string): string {
  return configFile(`${name}.json`, {
    ...tiny,
    name,
    data: {
      source: { id: 'folders', root: rootFolder, classes: { good: 'good', bad: 'flaw' } },
      aoi: 'whole',
      label: { id: 'aoi', byGeometry: false },
      split: { id: 'stratified', train: 0.5, validation: 0.25, test: 0.25 },
      size: 32,
    },
  });
}

describe('help', () => {
  it('shows commands, examples and exit codes', () => {
    const { status, stdout } = foveate('--help');
    expect(status).toBe(0);
    for (const text of ['Examples:', 'Exit codes:', '130  interrupted', '4  OUTPUT_EXISTS', 'demo']) {
      expect(stdout).toContain(text);
    }
    for (const command of ['demo', 'train', 'evaluate', 'explain', 'report', 'schema']) {
      expect(foveate(command, '--help').stdout).toMatch(/Example/);
    }
  });

  it('lists plugins as text and as JSON', () => {
    expect(foveate('plugins', 'list').stdout).toMatch(/^loss +ceod +Cross-entropy overlap/m);
    const list = JSON.parse(foveate('plugins', 'list', '--json').stdout) as { id: string }[];
    expect(list.map(({ id }) => id)).toContain('ceod');
  });

  it('lists models with what they cost, and shows the layers of one', () => {
    expect(foveate('models', 'list', '--classes', '1000', '--size', '64').stdout).toMatch(/^resnet-18 +11,689,512 /m);
    const { stdout } = foveate(
      'models',
      'show',
      'custom-cnn',
      '--size',
      '32',
      '--set',
      'model.channels=[4,6]',
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      card: { featureLayer: 'block2' },
      // By hand: 32 x 32 pixels, 9 taps, 3 x 4 and 4 x 6 channels; a head of 12 features and 2 classes.
      description: { multiplyAdds: 1024 * 9 * (12 + 24) + 24, parameters: 120 + 234 + 26, featureMap: [16, 16, 6] },
    });
    expect(foveate('models', 'show', 'mobilenet-v3-small').stdout).toMatch(
      /^stem\/conv +convolution 3x3 \/ 2 +112x112x16 +432 /m,
    );
    expectError(foveate('models', 'show', 'resnet18'), 2, 'PLUGIN_UNKNOWN', "Did you mean 'resnet-18'?");
  });

  it('prints the schema that is committed', () => {
    const committed = readFileSync(join(repository, 'schema/foveate.schema.json'), 'utf8');
    expect(JSON.parse(foveate('schema').stdout)).toEqual(JSON.parse(committed));
  });
});

describe('wrong arguments', () => {
  it.each([
    [['trian'], "unknown command 'trian'"],
    [['train', '--confg', 'x.yaml'], "unknown option '--confg'\n(Did you mean --config?)"],
    [['train'], "required option '-c, --config <file>' not specified"],
    [['train', '--config', 'x', '--sed', '1'], 'Did you mean one of --seed, --set?'],
    [['demo', '--shortcut', '2'], 'Expected a number from 0 to 1.'],
    [['demo', '--epochs', 'many'], 'Expected a whole number, 1 or more.'],
    [['evaluate', 'x', '--split', 'tset'], 'Allowed choices are train, validation, test.'],
    [['augment', 'preview', 'x', '--images', '1e9'], 'Expected a whole number, 1 to 100.'],
  ])('%j', (args, text) => {
    expectError(foveate(...args), 2, 'CONFIG_INVALID', text);
  });

  it('in a configuration are shown with their place', () => {
    const file = join(root, 'wrong.yaml');
    writeFileSync(file, 'loss: coed\ndata:\n  size: 32\n  prefetsch: 1\n');
    const result = foveate('train', '--config', file);
    expectError(
      result,
      2,
      'CONFIG_INVALID',
      `${file}:4:3 data.prefetsch`,
      "Did you mean 'prefetch'?",
      "Did you mean 'ce",
    );
    const typo = configFile('typo.json', { ...tiny, loss: 'coed' });
    expectError(foveate('train', '--config', typo), 2, 'PLUGIN_UNKNOWN', "unknown loss 'coed'");
    expectError(foveate('train', '--config', join(root, 'no.yaml')), 3, 'PATH_MISSING', 'no.yaml');
  });

  it('FOVEATE_DEBUG adds the stack', () => {
    const env = { ...process.env, FOVEATE_DEBUG: '1' };
    const { status, stderr } = spawnSync(process.execPath, [bin, 'evaluate', 'none'], { cwd: root, encoding: 'utf8', env }); // prettier-ignore
    expect(status).toBe(3);
    expect(stderr).toMatch(/\n\s+at /);
  });
});

describe('bad data', () => {
  it('a missing folder', () => {
    expectFailure(foveate('train', '--config', folderConfig('missing', 'nowhere')), 3, 'PATH_MISSING', 'nowhere');
    expect(existsSync(join(root, 'runs/missing'))).toBe(false);
  });

  it('an empty folder, and a class without images', async () => {
    mkdirSync(join(root, 'empty/good'), { recursive: true });
    mkdirSync(join(root, 'empty/bad'), { recursive: true });
    expectFailure(foveate('train', '--config', folderConfig('empty', 'empty')), 3, 'DATA_INSUFFICIENT');
    for (let index = 0; index < 8; index++)
      await picture(join(root, `oneclass/good/${String(index)}.png`), 100 + index);
    mkdirSync(join(root, 'oneclass/bad'), { recursive: true });
    expectFailure(foveate('train', '--config', folderConfig('oneclass', 'oneclass')), 3, 'DATA_INSUFFICIENT');
    expect(existsSync(join(root, 'runs'))).toBe(false);
  });

  it('broken files are counted and listed, and the run goes on', async () => {
    for (let index = 0; index < 8; index++) {
      await picture(join(root, `some/good/${String(index)}.png`), 100 + index);
      await picture(join(root, `some/bad/${String(index)}.png`), 200 + index);
    }
    writeFileSync(join(root, 'some/bad/text.png'), 'no image');
    writeFileSync(join(root, 'some/bad/zero.png'), '');
    writeFileSync(join(root, 'some/good/cut.png'), readFileSync(join(root, 'some/good/1.png')).subarray(0, 70));
    const { status, stdout, stderr } = foveate('train', '--config', folderConfig('some', 'some'), '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; skips?: { path: string; reason: string }[] });
    const skips = events.find(({ type }) => type === 'data')?.skips ?? [];
    expect(skips.map(({ reason }) => reason).sort()).toEqual(['image-truncated', 'image-truncated', 'not-an-image']);
    expect(events.at(-1)).toMatchObject({ type: 'run-end', status: 'completed' });
  });
});

/** Like expectError, for errors that come after the run folder was named. */
function expectFailure(result: ReturnType<typeof foveate>, status: number, code: string, ...texts: readonly string[]) {
  expectError({ ...result, stdout: '' }, status, code, ...texts);
}

describe('a run', () => {
  const run = join(root, 'run');
  let config = '';

  beforeAll(() => {
    config = configFile('tiny.json', tiny);
    const { status, stdout, stderr } = foveate('train', '--config', config, '--out', run);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^epoch 2\/2 {2}loss/m);
    expect(stdout).not.toMatch(/\u001b/);
    expect(stdout).toMatch(/^test +4 /m);
  });

  it('is not overwritten unless told to', () => {
    expectFailure(foveate('train', '--config', config, '--out', run), 4, 'OUTPUT_EXISTS', '--resume', '--overwrite');
    expect(foveate('train', '--config', config, '--out', run, '--overwrite', '--json').status).toBe(0);
  });

  it('cannot be written where a file stands', () => {
    expectFailure(foveate('train', '--config', config, '--out', config), 4, 'OUTPUT_UNWRITABLE');
    expectFailure(foveate('train', '--config', config, '--out', join(config, 'below')), 4, 'OUTPUT_UNWRITABLE');
  });

  it('is not resumed with another configuration', () => {
    const other = foveate('train', '--config', config, '--out', run, '--resume', '--set', 'loss=ceod');
    expectFailure(other, 3, 'RUN_INVALID', 'loss.id="ceod"');
  });

  it('is evaluated to the figures of its record', () => {
    const { status, stdout } = foveate('evaluate', run, '--json');
    expect(status).toBe(0);
    const record = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as { test: object };
    expect(JSON.parse(stdout)).toMatchObject({ split: 'test', measures: record.test });
    expect(foveate('evaluate', run, '--split', 'validation').stdout).toMatch(/^tiny +validation +8 /m);
    expectError(foveate('evaluate', join(root, 'none')), 3, 'PATH_MISSING');
    expectError(foveate('evaluate', root), 3, 'RUN_INVALID');
  });

  it('explains images', async () => {
    await picture(join(root, 'part.png'), 90);
    const { status, stdout } = foveate('explain', run, 'part.png', 'part.png', '--out', 'heat');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^verdict +score +where it looks +image +heatmap\n/);
    const line =
      /\n(?:good {5}|defective) +\d+\.\d% {2}area of interest not known {2}part\.png {2}heat\/part\.heatmap\.png\n/;
    expect(stdout).toMatch(line);
    expect(existsSync(join(root, 'heat/part.heatmap.png'))).toBe(true);
    expect(existsSync(join(root, 'heat/part-2.heatmap.png'))).toBe(true);
    expectError(foveate('explain', run, 'no.png'), 3, 'PATH_MISSING', 'no.png');
  });

  it('explains by what it is told, each into a picture of its own', () => {
    const asked = ['--explainer', 'layer-cam', '--explainer', 'eigen-cam', '--out', 'two', '--json'];
    const { status, stdout } = foveate('explain', run, 'part.png', ...asked);
    expect(status).toBe(0);
    const shown = JSON.parse(stdout) as { explainer: string; heatmap: string }[];
    expect(shown.map(({ explainer, heatmap }) => [explainer, heatmap.replaceAll('\\', '/')])).toEqual([
      ['layer-cam', 'two/part.layer-cam.heatmap.png'],
      ['eigen-cam', 'two/part.eigen-cam.heatmap.png'],
    ]);
    expectError(foveate('explain', run, 'part.png', '--explainer', 'layer-cm'), 2, 'PLUGIN_UNKNOWN', 'layer-cam');
  });

  it('explains folders and patterns, and goes on after an image that cannot be read', async () => {
    const parts = join(root, 'parts');
    for (const name of ['a.png', 'b/c.png']) await picture(join(parts, name), 90);
    writeFileSync(join(parts, 'b/b.png'), 'text');
    const { status, stdout, stderr } = foveate('explain', run, 'parts', 'parts/*.png', '--out', 'all', '--json');
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ file: 'parts/a.png', heatmap: 'all/a.heatmap.png' }),
      { file: 'parts/b/b.png', error: expect.stringMatching(/^parts\/b\/b\.png: The file is not an image/) },
      expect.objectContaining({ file: 'parts/b/c.png', heatmap: 'all/c.heatmap.png' }),
      expect.objectContaining({ file: 'parts/a.png', heatmap: 'all/a-2.heatmap.png' }),
    ]);
    expect([status, stderr]).toEqual([3, '1 of 4 images could not be read.\n']);
    expect(stdout).not.toContain('data set');
    expectError(foveate('explain', run, 'part.png', 'nothing/*.png'), 3, 'PATH_MISSING', 'No file matches the pattern');
  });

  it('tells an empty heatmap from an area of interest that is not known', async () => {
    await picture(join(root, 'part.png'), 90);
    const blind = join(root, 'blind');
    cpSync(run, blind, { recursive: true });
    // A run without model file is explained with its weights. All zero: nothing reaches the feature map.
    rmSync(join(blind, 'model.onnx'));
    const weights = readFileSync(join(blind, 'best.safetensors'));
    writeFileSync(join(blind, 'best.safetensors'), weights.fill(0, 8 + Number(weights.readBigUInt64LE(0))));
    const { stdout } = foveate('explain', blind, 'part.png');
    expect(stdout).toContain('empty heatmap');
    expect(stdout).not.toContain('not known');
    const settings = readFileSync(join(blind, 'config.yaml'), 'utf8');
    writeFileSync(join(blind, 'config.yaml'), settings.replace(/aoi:\s+id: source/, 'aoi: whole'));
    expect(JSON.parse(foveate('explain', blind, 'part.png', '--json').stdout)).toMatchObject([
      { aoiShare: null, aoiKnown: true, emptyHeatmap: true },
    ]);
  });

  it('explains every image into a file of its own, more than fit into a batch', async () => {
    const names = [
      'a/p.png',
      'b/p.png',
      'p-2.png',
      'P.png',
      ...Array.from({ length: 9 }, (_, at) => `${String(at)}.png`),
    ];
    for (const name of names) await picture(join(root, name), 90);
    const { stdout } = foveate('explain', run, ...names, '--out', 'own', '--json');
    const results = JSON.parse(stdout) as { file: string; heatmap: string }[];
    expect(results.map(({ file }) => file)).toEqual(names);
    const maps = results.map(({ heatmap }) => heatmap.toLowerCase());
    expect(new Set(maps).size).toBe(names.length);
    expect(results.every(({ heatmap }) => existsSync(join(root, heatmap)))).toBe(true);
  });

  it('explains images of any size, once it is told how large they may be', async () => {
    await picture(join(root, 'part.png'), 90);
    const refused = foveate('explain', run, 'part.png', '--max-pixels', '100', '--out', 'small');
    expect([refused.status, refused.stdout]).toEqual([3, expect.stringMatching(/unread .*part\.png: .*--max-pixels/)]);
    expect(existsSync(join(root, 'small'))).toBe(false);
    expect(foveate('explain', run, 'part.png', '--max-pixels', '1600', '--out', 'small').status).toBe(0);
  });

  it('has its predictions written again as the message of the report says', () => {
    rmSync(join(run, 'predictions.jsonl'));
    const refused = foveate('report', run, '--out', 'again.html');
    expectError(refused, 3, 'RUN_INVALID', `foveate evaluate ${run}`);
    expect(foveate('evaluate', run).status).toBe(0);
    expect(foveate('report', run, '--out', 'again.html').status).toBe(0);
    rmSync(join(run, 'explanations/01-image.png'));
    const [, command = ''] = /`foveate (train [^`]*)`/.exec(foveate('report', run, '--out', 'again.html').stderr) ?? [];
    expect(foveate(...command.split(' ')).status).toBe(0);
    expect(foveate('report', run, '--out', 'again.html').status).toBe(0);
  });

  it('is reported, also against another', () => {
    expect(foveate('report', run, run, '--out', 'both.html').stdout).toContain('both.html');
    expect(readFileSync(join(root, 'both.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  });

  it('is reported over an older page, and over nothing else', () => {
    const page = join(root, 'both.html');
    expect(foveate('report', run, run, '--out', page).status).toBe(0);
    const before = readFileSync(config, 'utf8');
    expectError(foveate('report', run, '--out', config), 4, 'OUTPUT_EXISTS', config, '--out');
    expectError(foveate('dataset', 'inspect', config, '--sheet', config), 4, 'OUTPUT_EXISTS', '--sheet');
    expect(readFileSync(config, 'utf8')).toBe(before);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends cleanly on %s', async (signal, code) => {
    const folder = join(root, `stopped-${signal}`);
    const args = ['train', '--config', config, '--out', folder, '--set', 'training.epochs=400', '--json'];
    const child = spawn(process.execPath, [bin, ...args], { cwd: root });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.stdout.on('data', (data: Buffer) => {
      if (data.includes('"type":"step"') && !child.killed) child.kill(signal);
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(code);
    expect(stderr).toContain('Stopping after this step');
    expect(stderr).toContain(`--resume`);
    expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))).toMatchObject({ status: 'interrupted' });
  });

  it('goes on where it was stopped', () => {
    const folder = join(root, 'stopped-SIGINT');
    const { epochs } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { epochs: unknown[] };
    const more = String(epochs.length + 1);
    const again = ['train', '--config', config, '--out', folder, '--set', `training.epochs=${more}`, '--resume'];
    expect(foveate(...again).status).toBe(0);
  });
});

describe('a plugin package', () => {
  const summary = 'Defective images called good.';
  beforeAll(() => {
    const place = join(root, 'node_modules', '@acme', 'missed');
    mkdirSync(place, { recursive: true });
    const plugins = [{ kind: 'metric', id: 'missed', export: 'missed', summary }];
    writeFileSync(
      join(place, 'package.json'),
      JSON.stringify({ type: 'module', main: 'main.js', foveate: { contract: '^2', plugins } }),
    );
    writeFileSync(
      join(place, 'main.js'),
      `export const missed = {
        meta: { kind: 'metric', id: 'missed', contract: '^2', summary: '${summary}' },
        options: { '~standard': { version: 1, vendor: 'acme', validate: (value) => ({ value }),
          jsonSchema: { input: () => ({ type: 'object', properties: { least: { type: 'number' } } }), output: () => ({}) } } },
        register: () => ({ measure: (predictions) => ({ missedDefects: predictions.length, kappa: null }) }),
      };`,
    );
  });

  it('is known to the list and to the schema', () => {
    const file = configFile('known.json', { plugins: ['@acme/missed'], metrics: ['missed'] });
    expect(foveate('plugins', 'list', file).stdout).toMatch(/^metric +missed +Defective .* @acme\/missed$/m);
    const { properties } = JSON.parse(foveate('schema', '@acme/missed').stdout) as { properties: { metrics: object } };
    expect(JSON.stringify(properties.metrics)).toContain('"least"');
    expectError(foveate('schema', 'nowhere.yaml'), 3, 'PATH_MISSING', 'nowhere.yaml');
  });

  it('has the figures of its metric in the terminal and on the page', () => {
    const metrics = ['classification', 'missed'];
    const file = configFile('missed.json', { ...tiny, plugins: ['@acme/missed'], metrics });
    const { status, stdout } = foveate('train', '--config', file, '--out', 'missed', '--set', 'training.epochs=1');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^split .* missed defects +kappa$/m);
    expect(stdout).toMatch(/^test +4 .* 4 +–$/m);
    expect(stdout).toMatch(/^– test: kappa is not defined$/m);
    // Not configured, so that there is nothing to say of it.
    expect(stdout).not.toContain('heatmap in AOI');
    expect(readFileSync(join(root, 'missed/report.html'), 'utf8')).toMatch(/Missed defects<\/th>\s*<td>4<\/td>/);
  });
});

describe('augment', () => {
  const file = configFile('augment.json', {
    ...tiny,
    data: { ...tiny.data, augment: ['flip-horizontal', 'affine', 'noise'] },
  });

  it('writes a page to look at', () => {
    const { status, stdout } = foveate(
      'augment',
      'preview',
      file,
      '--images',
      '2',
      '--variants',
      '1',
      '-o',
      'look.html',
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Preview     look.html\n' });
    expect(readFileSync(join(root, 'look.html'), 'utf8').match(/<article/g)).toHaveLength(2);
  });

  it('multiplies a data set once, and says how to train on it', () => {
    const build = ['augment', 'build', file, '--good', '20', '--defective', '18', '--out', 'multiplied'];
    const { status, stdout } = foveate(...build);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^train +20 +18$/m);
    expect(stdout).toContain('foveate train --config multiplied/config.yaml');
    expectError(foveate(...build), 4, 'OUTPUT_EXISTS', '--resume');
    expect(JSON.parse(foveate(...build, '--resume', '--json').stdout)).toMatchObject({
      counts: { train: { good: 20, defective: 18 } },
    });
  });
});

describe('doctor', () => {
  it('tries every engine and says which is used', () => {
    const { status, stdout, stderr } = foveate('doctor', '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const report = JSON.parse(stdout) as { engines: Record<string, unknown>[] };
    expect(report).toMatchObject({
      machine: { node: process.versions.node, cores: { usable: expect.any(Number) } },
      default: { engine: { id: 'onnx' }, works: true, agrees: true },
    });
    const of = (options: object) =>
      report.engines.find(({ engine }) =>
        Object.entries(options).every(([key, value]) => (engine as Record<string, unknown>)[key] === value),
      );
    for (const works of [{ provider: 'cpu' }, { provider: 'wasm' }, { backend: 'wasm' }, { backend: 'cpu' }]) {
      expect(of(works)).toMatchObject({ works: true, agrees: true, stepMs: expect.any(Number) });
    }
    expect(of({ backend: 'node' })).toMatchObject({
      works: false,
      code: 'ENGINE_UNAVAILABLE',
      reason: expect.stringContaining('npm install @tensorflow/tfjs-node'),
    });
  });

  it('survives engines that give no answer, and fails when none does', () => {
    const { status, stdout } = foveate('doctor', '--timeout', '0.05');
    expect(status).toBe(6);
    expect(stdout).toMatch(/^tfjs, backend cpu +no .* TIMEOUT/m);
    expect(stdout).toContain('No answer within 0.05 seconds.');
  });
});

describe('demo', () => {
  it('trains three ways, compares what they do where the sticker misleads, and says where the page is', () => {
    const { status, stdout } = foveate('demo', '--out', 'demo', '--epochs', '1', '--size', '16', '--seed', '3');
    expect(status).toBe(0);
    for (const arm of ['ce', 'ceod', 'aoi'])
      expect(stdout).toMatch(new RegExp(`^${arm} +\\d+\\.\\d% +0\\.\\d{3} +\\d+\\.\\d%`, 'm'));
    expect(stdout).toMatch(/good zippers with a sticker, called defective: ce \d+\.\d%, ceod .*, aoi /);
    const page = readFileSync(join(root, 'demo/report.html'), 'utf8');
    expect(page).toContain('Who is misled');
    expect(page).toContain('what each run says of it');
    const record = JSON.parse(readFileSync(join(root, 'demo/aoi/run.json'), 'utf8')) as RunRecord;
    expect(record.preset).toEqual({
      id: 'aoi',
      options: { version: 4 },
      filledIn: ['data.augment.0', 'data.augment.1', 'data.augment.2', 'loss'],
    });
    expect(record.loss).toMatchObject({ id: 'energy', options: { weight: 0.3 } });
    expect(Object.keys(record.test?.['groups'] ?? {})).toHaveLength(4);
  });
});

describe('examples', () => {
  it.each(['synthetic-zipper-ce', 'synthetic-zipper-ceod', 'synthetic-zipper-aoi', 'magnetic-tile-band'])(
    '%s is valid',
    (name) => {
      // The run folder cannot be made, which is found out only once the configuration is valid.
      const result = foveate('train', '--config', join(repository, `examples/${name}.yaml`), '--out', join(bin, 'x'));
      expectFailure(result, 4, 'OUTPUT_UNWRITABLE');
    },
  );
});
