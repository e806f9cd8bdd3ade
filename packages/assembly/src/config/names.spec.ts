import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from '@jest/globals';
import { definePlugin } from '@foveate/contracts';
import { parse } from 'yaml';
import { z } from 'zod';
import { tinyDefaults, tinyPlugins } from '../../../../tools/testing/tiny-plugins.js';
import { configReader } from '../config-reader.js';
import { configText } from './config-text.js';
import { parseConfigText } from './document.js';

const named = definePlugin({
  meta: { kind: 'source', id: 'named', contract: '^2', summary: 'Has names for options.' },
  options: z.strictObject({
    classes: z.record(z.string(), z.union([z.string(), z.strictObject({ type: z.string() })])).default({}),
    category: z.string().optional(),
    words: z.array(z.string()).default([]),
    column: z.string().nullable().default('type'),
    limit: z.record(z.string(), z.int()).default({}),
    near: z.union([z.literal(false), z.number()]).optional(),
    either: z.union([z.string(), z.number(), z.boolean()]).optional(),
  }),
  register: () => ({ scan: () => Readable.from([]), load: () => Promise.reject(new Error('no images')) }),
});

const runner = configReader({ plugins: [...tinyPlugins, named], defaults: tinyDefaults });
const folder = mkdtempSync(join(tmpdir(), 'foveate-names-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function options(source: string, overrides: readonly string[] = []): Promise<unknown> {
  const file = join(folder, 'x.yaml');
  writeFileSync(file, `data:\n  source:\n    id: named\n${source.replace(/^/gm, '    ')}\n`);
  return (await runner.readConfig(file, overrides)).data.source.options;
}

describe('names in YAML', () => {
  it('are keys with their text', async () => {
    const classes = 'classes: { 01: a, 1: b, 1.10: c, 1.1: d, 0x10: e, 1e3: f, no: g, true: h, null: i, ~: j, .5: k }';
    expect(await options(classes)).toMatchObject({
      classes: { '01': 'a', '1': 'b', '1.10': 'c', '1.1': 'd', '0x10': 'e', '1e3': 'f', no: 'g', true: 'h', null: 'i', '~': 'j', '.5': 'k' }, // prettier-ignore
    });
    expect(await options('limit: { 007: 3, 7: 4 }')).toMatchObject({ limit: { '007': 3, '7': 4 } });
  });

  it('are values with their text, where a text is wanted', async () => {
    const values = 'classes: { a: 02, b: { type: 1.10 } }\ncategory: 01\nwords: [no, 0, 1.0, true, yes]\ncolumn: 0010';
    expect(await options(values)).toMatchObject({
      classes: { a: '02', b: { type: '1.10' } },
      category: '01',
      words: ['no', '0', '1.0', 'true', 'yes'],
      column: '0010',
    });
  });

  it('are nothing else: numbers, truth values and null stay what they are', async () => {
    expect(await options('column: null\nlimit: { a: 010 }\nnear: false\neither: 01')).toMatchObject({
      column: null,
      limit: { a: 10 },
      near: false,
      either: 1,
    });
    await expect(options('category: null')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(options('limit: { a: b }')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('keep their text in overrides, anchors and the configuration that a run writes', async () => {
    const set = ['data.source.category=01', 'data.source.classes.007=008', 'data.source.words=[1.10]'];
    expect(await options('category: 5', set)).toMatchObject({
      category: '01',
      classes: { '007': '008' },
      words: ['1.10'],
    });
    expect(await options('category: &name 007\nwords: [*name]')).toMatchObject({ category: '007', words: ['007'] });
    const file = join(folder, '2024.yaml');
    writeFileSync(file, 'name: 1.10\ndata: { source: { id: named, category: 01, classes: { 01: 02 } } }\n');
    const config = await runner.readConfig(file);
    expect(config.name).toBe('1.10');
    writeFileSync(file, configText(config));
    const again = await runner.readConfig(file);
    expect([again.name, again.data.source]).toEqual(['1.10', config.data.source]);
    expect(again.data.source.options).toMatchObject({ category: '01', classes: { '01': '02' } });
  });

  it('cannot be __proto__ as keys, and may be constructor', async () => {
    await expect(options('classes:\n  __proto__: a')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      parts: { where: expect.stringMatching(/x\.yaml:5:7$/) },
    });
    expect(await options('classes: { constructor: a, toString: __proto__ }')).toEqual(
      expect.objectContaining({ classes: { constructor: 'a', toString: '__proto__' } }),
    );
  });

  it('are told apart by their text alone', () => {
    expect(parseConfigText('{ 01: a, 1: b }', 'x').value).toEqual({ '01': 'a', '1': 'b' });
    expect(() => parseConfigText('{ 1: a, "1": b }', 'x')).toThrow(/unique/);
    expect(parse('{ 01: a }')).toEqual({ 1: 'a' });
  });
});

it('are read after a byte order mark', async () => {
  for (const text of ['\ufeffseed: 7', '\ufeff{"seed": 7}']) {
    const file = join(folder, 'bom.yaml');
    writeFileSync(file, text);
    expect((await runner.readConfig(file)).seed).toBe(7);
    writeFileSync(file, text, 'utf16le');
    expect((await runner.readConfig(file)).seed).toBe(7);
  }
});
