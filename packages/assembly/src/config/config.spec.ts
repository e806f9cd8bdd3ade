import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { describe, expect, it } from '@jest/globals';
import { definePlugin, isFoveateError } from '@foveate/contracts';
import { configReader } from '../config-reader.js';
import { configText } from './config-text.js';
import { tinyDefaults, tinyPlugins } from '../../../../tools/testing/tiny-plugins.js';
import { suggestion } from './nearest.js';

const runner = configReader({ plugins: tinyPlugins, defaults: tinyDefaults, allowPlugins: true });

const folder = mkdtempSync(join(tmpdir(), 'foveate-config-'));
process.env['FOVEATE_HOME'] = join(folder, 'home');

function write(text: string, name = 'x.yaml'): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function failure(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    if (isFoveateError(error)) return { code: error.code, message: error.message.replaceAll(`${folder}/`, '') };
    throw error;
  }
  throw new Error('No error came.');
}

const read = (text: string, overrides: readonly string[] = [], name?: string) =>
  runner.readConfig(write(text, name), overrides);

describe('a list where one plugin stands', () => {
  const anyOf = definePlugin({
    meta: { kind: 'aoi', id: 'fallback', contract: '^2', summary: 'The first that has one.' },
    options: z.strictObject({ of: z.array(z.unknown()).min(1) }),
    slots: { of: 'aoi' },
    register: () => ({ areaOfInterest: () => Promise.reject(new Error('not asked for')) }),
  });
  const reader = configReader({ plugins: [...tinyPlugins, anyOf], defaults: tinyDefaults });
  const readAoi = (aoi: string) => reader.readConfig(write(`data:\n  aoi: ${aoi}\n`), []);

  it('is the plugin that chooses among them', async () => {
    const { data } = await readAoi('[everywhere, { id: everywhere }]');
    expect(data.aoi).toEqual({ id: 'fallback', options: { of: [{ id: 'everywhere' }, { id: 'everywhere' }] } });
    expect(JSON.stringify(await reader.jsonSchema())).toContain('"minItems":1');
  });

  it('is located where it was written, and refused where no plugin chooses', async () => {
    expect((await failure(readAoi('[everywhere, nowhere]'))).message).toMatch(/^x.yaml:2:21 /);
    expect((await failure(readAoi('[]'))).code).toBe('CONFIG_INVALID');
    expect((await failure(reader.readConfig(write('loss: [ce]'), []))).message).toContain('expected a loss');
  });
});

describe('readConfig', () => {
  it('fills in defaults of the preset, the base and the plugins', async () => {
    const config = await read('data:\n  source: { id: tiny, good: 3 }\nloss: { id: ce, weight: 2 }\n', [], 'mine.yaml');
    expect(config).toMatchObject({
      name: 'mine',
      seed: 1,
      baseFolder: folder,
      data: {
        source: { id: 'tiny', options: { good: 3, defective: 16, broken: 0 } },
        size: [16, 16],
        augment: [{ id: 'jitter', options: { by: 5 } }],
        cache: 'memory',
        cacheMegabytes: 512,
      },
      loss: { id: 'ce', options: { weight: 2 } },
      explain: { id: 'sum', options: {}, images: 3 },
      training: { epochs: 3, batchSize: 4 },
    });
  });

  it('reads JSON, tabs and all, and an empty file', async () => {
    const json = await read('{\n\t"seed": 7,\n\t"data": {\n\t\t"size": [24, 32]\n\t}\n}', [], 'x.json');
    expect(json).toMatchObject({ seed: 7, data: { size: [24, 32] } });
    expect((await read('')).loss.id).toBe('ce');
  });

  it('applies overrides in order', async () => {
    const config = await read('loss: { id: ce, weight: 2 }', [
      'loss=ce',
      'data.source.good=4',
      'data.augment.0.by=9',
      'training.epochs=1',
      'training.epochs=2',
      'explain.images=0',
    ]);
    expect(config).toMatchObject({
      loss: { id: 'ce', options: { weight: 1 } },
      data: { source: { options: { good: 4 } }, augment: [{ options: { by: 9 } }] },
      training: { epochs: 2 },
      explain: { images: 0 },
    });
  });

  it('takes a text for the id of a plugin only where a plugin stands', async () => {
    const file = 'loss: ce\ndata:\n  augment: [jitter]\ntraining:\n  train: head\n';
    const config = await read(file, ['loss.weight=2', 'data.augment.0.by=9', 'training.train.pattern=kernel']);
    expect(config).toMatchObject({
      loss: { id: 'ce', options: { weight: 2 } },
      data: { augment: [{ id: 'jitter', options: { by: 9 } }] },
      training: { train: { pattern: 'kernel' } },
    });
  });

  it('takes a text for what is done with duplicates', async () => {
    const config = await read('data: { duplicates: drop }', ['data.duplicates.near=0.8']);
    expect(config.data.duplicates).toEqual({ treatment: 'drop', near: 0.8 });
  });

  it('starts relative paths from baseFolder', async () => {
    expect((await read('baseFolder: sub')).baseFolder).toBe(join(folder, 'sub'));
  });
});

describe('messages', () => {
  it('point at line and column of a wrong option', async () => {
    const { code, message } = await failure(read('seed: 1\nloss:\n  id: ce\n  weight: a lot\n'));
    expect(code).toBe('CONFIG_INVALID');
    expect(message).toBe('x.yaml:4:3 loss.weight: expected number, got "a lot".');
  });

  it.each([
    ['training:\n  epochs: 0\n', [], 'x.yaml:2:3 training.epochs: expected number to be >=1, got 0.'],
    ['trainig: {}\n', [], "x.yaml:1:1 trainig: unknown key. Did you mean 'training'?"],
    ['data:\n  sise: 32\n', [], "x.yaml:2:3 data.sise: unknown key. Did you mean 'size'?"],
    ['loss: { id: ce, wieght: 1 }', [], "x.yaml:1:17 loss.wieght: unknown key. Did you mean 'weight'?"],
    [
      'data:\n  augment: [{ id: jitter, bye: 1 }]',
      [],
      "x.yaml:2:27 data.augment.0.bye: unknown key. Did you mean 'by'?",
    ],
    ['explain: { id: sum, image: 1 }', [], "x.yaml:1:21 explain.image: unknown key. Did you mean 'images'?"],
    ['explain: { id: sum, images: -1 }', [], 'x.yaml:1:21 explain.images: expected number to be >=0, got -1.'],
    ['data:\n  augment: jitter', [], 'x.yaml:2:3 data.augment: expected a list of augmentation plugins.'],
    ['loss: 3', [], 'x.yaml:1:1 loss: expected a loss: its id, or { id: …, options }. Known: ce.'],
    ['seed: 1', ['loss.weight=much'], '--set loss.weight=much loss.weight: expected number, got "much".'],
    ['seed: [1', [], 'x.yaml:1:9: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['seed: 1\nseed: 2', [], 'x.yaml:2:1: Map keys must be unique.'],
    ['arms: {}\nseeds: 2', [], 'This is an experiment and not a configuration'],
    ['- 1', [], 'expected keys with values, such as loss: ceod, got a list'],
    [
      'training: { train: heads }',
      [],
      `training.train: expected "all"|"head" or an object with lastConv or pattern, got "heads". Did you mean 'head'?`,
    ],
    [
      'training: { train: { lastCon: 5 } }',
      [],
      "x.yaml:1:22 training.train.lastCon: unknown key. Did you mean 'lastConv'?",
    ],
    ['training: { train: {} }', [], 'training.train: expected "all"|"head" or an object with lastConv or'],
    ['training: { train: { pattern: [3] } }', [], 'training.train.pattern: expected string, got [3].'],
    [
      'data: { duplicates: dropp }',
      [],
      `data.duplicates: expected "group"|"drop"|"ignore" or an object with treatment or near, got "dropp". Did you mean 'drop'?`,
    ],
    ['data: { duplicates: { treatment: dropp } }', [], `got "dropp". Did you mean 'drop'?`],
    ['data: { size: 48x }', [], 'data.size: expected a whole number or a list of 2, got "48x".'],
    ['data: { size: 5 }', [], 'data.size: expected number to be >=16, got 5.'],
    ['data: { size: [48, 5] }', [], 'data.size.1: expected number to be >=16, got 5.'],
    [
      'training: { schedule: { kind: cosin } }',
      [],
      `schedule.kind: expected "constant"|"step"|"exponential"|"cosine"|"plateau", got "cosin". Did you mean 'cosine'?`,
    ],
    [
      'training: { schedule: cosin }',
      [],
      'expected an object with kind constant|step|exponential|cosine|plateau, got "cosin". Did you mean { kind: cosine }?',
    ],
    ['', ['trainng.epochs=3'], "--set trainng.epochs=3 trainng: unknown key. Did you mean 'training'?"],
    ['training: {}', ['training.schedule.warmup=3'], '--set training.schedule.warmup=3 training.schedule.kind: expec'],
  ])('%j %j', async (text, overrides, expected) => {
    const { code, message } = await failure(read(text, overrides));
    expect(code).toBe('CONFIG_INVALID');
    expect(message).toContain(expected);
  });

  it('name the nearest plugin', async () => {
    const { code, message } = await failure(read('engine:\n  id: eagre\n'));
    expect(code).toBe('PLUGIN_UNKNOWN');
    expect(message).toBe("x.yaml:2:3 engine.id: unknown engine 'eagre'. Did you mean 'eager'?");
  });

  it('show all problems at once', async () => {
    const { message } = await failure(read('seed: -1\nloss: cee\n'));
    expect(message).toBe(
      'The configuration has 2 problems. \n' +
        '  x.yaml:1:1 seed: expected number to be >=0, got -1.\n' +
        "  x.yaml:2:1 loss: unknown loss 'cee'. Did you mean 'ce'?",
    );
  });

  it('tell a missing file and a folder', async () => {
    expect((await failure(runner.readConfig(join(folder, 'no.yaml')))).message).toContain(
      'no.yaml: Configuration file',
    );
    expect((await failure(runner.readConfig(folder))).message).toContain('This is a folder');
    expect((await failure(read('', ['seed']))).message).toContain('expected --set key=value, got seed');
  });

  it('list what is known when nothing is near', () => {
    expect(suggestion('zzz', ['ce', 'ceod'])).toBe('Known: ce, ceod.');
    expect(suggestion('ab', ['ce', 'ceod'])).toBe('Known: ce, ceod.');
  });

  it.each([['nonsense'], ['- loss: ce'], ['7']])('say of the text %j only that it is none', async (text) => {
    const { code, message } = await failure(read(text));
    expect(code).toBe('CONFIG_INVALID');
    expect(message).toMatch(/^x\.yaml: [^\n]*$/);
    expect(message).not.toContain('Did you mean');
  });
});

describe('texts that lead nowhere', () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const bomb = 'bcdefghi'.split('').reduce(
    (text, name, at) =>
      `${text}${name}: &${name} [${Array(10)
        .fill(`*${'abcdefgh'[at] ?? ''}`)
        .join()}]\n`,
    `a: &a [${deep(1)}]\n`,
  );
  it.each([
    ['an alias without anchor', 'data: { source: *nope }\n', 'x.yaml:1:17'],
    ['a list that holds itself', '&a [*a]\n', 'x.yaml'],
    ['aliases that double with every level', bomb, 'x.yaml'],
    ['brackets without end', deep(100_000), 'x.yaml'],
    ['a hundred levels', deep(100), 'x.yaml'],
  ])('are refused: %s', async (_name, text, where) => {
    const { code, message } = await failure(read(text));
    expect(code).toBe('CONFIG_INVALID');
    expect(message.startsWith(where)).toBe(true);
  });

  it('are refused from programs and overrides, too', async () => {
    const self: unknown[] = [];
    self.push(self);
    expect((await failure(runner.makeConfig({ data: self }, folder))).code).toBe('CONFIG_INVALID');
    expect((await failure(read('', [`data=${deep(100)}`]))).code).toBe('CONFIG_INVALID');
  });
});

describe('--set in a list', () => {
  it.each([
    'data.augment.foo.id=jitter',
    'data.augment.-1=jitter',
    'data.augment.5000000.id=jitter',
    'data.augment.1.5=jitter',
  ])('refuses a place that is none: %s', async (override) => {
    const { code, message } = await failure(read('data: { augment: [jitter] }', [override]));
    expect(code).toBe('CONFIG_INVALID');
    expect(message).toContain(`--set ${override}`);
  });

  it('takes the places of the list, and the next', async () => {
    const { data } = await read('data: { augment: [jitter] }', ['data.augment.0.by=2', 'data.augment.1=jitter']);
    expect(data.augment.map(({ options }) => options['by'])).toEqual([2, 5]);
  });
});

describe('third-party packages', () => {
  const install = (name: string, manifest: unknown, code: string) => {
    const place = join(folder, 'node_modules', name);
    mkdirSync(place, { recursive: true });
    const json = {
      name,
      type: 'module',
      exports: { '.': { types: './x.d.ts', import: './main.js' } },
      foveate: manifest,
    };
    writeFileSync(join(place, 'package.json'), JSON.stringify(json));
    writeFileSync(join(place, 'main.js'), code);
  };
  const entry = { kind: 'loss', id: 'foo', export: 'foo', summary: 'A loss.' };
  const plugin = (summary: string) => `export const foo = {
    meta: { kind: 'loss', id: 'foo', contract: '^2', summary: '${summary}' },
    options: { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }),
      jsonSchema: { input: () => ({ type: 'object' }), output: () => ({}) } } },
    register: () => ({}),
  };`;

  it('are imported only when one of their plugins is chosen', async () => {
    install('foo-idle', { contract: '^2', plugins: [entry] }, 'throw new Error("imported");');
    expect((await read('plugins: [foo-idle]')).plugins).toEqual(['foo-idle']);
    const { code, message } = await failure(read('plugins: [foo-idle]\nloss: foo'));
    expect(code).toBe('PLUGIN_INVALID');
    expect(message).toContain("Package 'foo-idle' cannot be imported");
  });

  it('provide plugins by id', async () => {
    install('foo-good', { contract: '^2', plugins: [entry] }, plugin('A loss.'));
    expect((await read('plugins: [foo-good]\nloss: foo')).loss).toEqual({ id: 'foo', options: {} });
  });

  it.each([
    [
      'another id',
      { contract: '^2', plugins: [{ ...entry, id: 'foe' }] },
      plugin('Foo.'),
      'differs from its manifest in id',
    ],
    ['no such export', { contract: '^2', plugins: [entry] }, 'export const bar = 1;', "does not export 'foo'"],
    ['another contract', { contract: 9, plugins: [entry] }, '', 'written for another contract'],
    ['a taken id', { contract: '^2', plugins: [{ ...entry, id: 'ce' }] }, '', 'Two plugins are called loss/ce'],
    ['no manifest', undefined, '', 'has no usable plugin manifest'],
  ])('are refused with %s', async (name, manifest, code, expected) => {
    const packageName = `foo-${name.replaceAll(' ', '-')}`;
    install(packageName, manifest, code);
    const loss = name === 'another id' ? 'foe' : 'foo';
    const problem = await failure(read(`plugins: [${packageName}]\nloss: ${loss}`));
    expect(problem).toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringContaining(expected) });
  });

  it('are named when they are not installed', async () => {
    const { code, message } = await failure(read('plugins: ["@acme/none"]'));
    expect(code).toBe('PLUGIN_UNKNOWN');
    expect(message).toContain('npm install @acme/none');
    const folder = await failure(read('plugins: [./no-package]'));
    expect(folder.message).toContain("The folder './no-package' is no plugin package (expected a package.json in");
  });
});

describe('jsonSchema', () => {
  it('describes base, plugin references and options', async () => {
    const schema = (await runner.jsonSchema()) as unknown as {
      $schema: string;
      required?: unknown;
      properties: Record<string, { anyOf: { const?: string; properties?: Record<string, unknown> }[] }>;
    };
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    // The preset may supply every plugin.
    expect(schema.required).toBeUndefined();
    expect(schema.properties['loss']!.anyOf).toMatchObject([
      { const: 'ce', description: 'Cross-entropy.' },
      { properties: { id: { const: 'ce' }, weight: { type: 'number', default: 1 } }, required: ['id'] },
    ]);
    expect(Object.keys(schema.properties['explain']!.anyOf[1]!.properties!)).toEqual(['id', 'images']);
  });
});

describe('keys that had another name', () => {
  it('are read as the new ones, in files and overrides, and told', async () => {
    const config = await read('training: { frozenStatistics: moving, trunkCache: false, logs: [csv] }', []);
    expect(config.training).toMatchObject({ frozenBatchNorm: 'train', featureCache: false });
    expect(config.observers).toEqual([{ id: 'csv', options: {} }]);
    expect(config.notices).toEqual(
      expect.arrayContaining([
        'training.logs is called observers now.',
        'training.trunkCache is called training.featureCache now.',
        'training.frozenStatistics is called training.frozenBatchNorm now.',
      ]),
    );
    const set = await read('', ['training.frozenStatistics=held', 'training.logs=[jsonl]']);
    expect([set.training.frozenBatchNorm, set.observers[0]?.id]).toEqual(['eval', 'jsonl']);
  });

  it('are located by what was written', async () => {
    const { message } = await failure(read('seed: 3\ntraining:\n  logs: [csvv]', []));
    expect(message).toMatch(/:3:\d+ observers\.0: unknown observer 'csvv'\. Did you mean 'csv'\?/);
  });
});

describe('a pipeline', () => {
  it.each([
    ['[mask, split]', "pipeline.0: the pipeline has no source: 'mask' takes samples", 'Before it could stand: ingest'],
    ['[ingest, split]', "'split' takes labelled-samples, but 'ingest' before it gives samples", 'could stand: mask'],
    ['[ingest, train]', "'train' takes data-sets, but 'ingest' before it gives samples", 'could stand: mask, split'],
    ['[ingest, mask, ingest]', "the stage 'ingest' stands in the pipeline already", 'Leave one of them out'],
    ['[ingest, mask, splitt]', "unknown stage 'splitt'", "Did you mean 'split'?"],
    ['[]', 'a pipeline needs at least one stage', "Begin with 'ingest'"],
    ['[ingest, mask, { id: filter }]', "expected 'keep' or 'skip'", ''],
  ])('%s is refused with its place and what could help', async (pipeline, what, advice) => {
    const { message } = await failure(read(`pipeline: ${pipeline}`, []));
    expect(message).toContain(what);
    expect(message).toContain(advice);
  });

  it('stands in what is written where it is not the usual one', async () => {
    const written = (text: string) => read(text, []).then((config) => configText(config));
    expect(await written('seed: 2')).not.toContain('pipeline');
    expect(await written('pipeline: [ingest, mask, { id: sample, good: 3 }]')).toContain('id: sample');
  });
});
