import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { definePlugin, isFoveateError } from '@foveate/contracts';
import type { Preset } from '@foveate/contracts';
import { z } from 'zod';
import { tinyDefaults, tinyPlugins } from '../../../../tools/testing/tiny-plugins.js';
import { configReader } from '../config-reader.js';
import { configText } from './config-text.js';

const folder = mkdtempSync(join(tmpdir(), 'foveate-preset-'));

const preset = (id: string, values: (options: { readonly by: number }) => Preset) =>
  definePlugin({
    meta: { kind: 'preset', id, contract: '^2', summary: 'A preset.' },
    options: z.strictObject({ by: z.number().default(7).describe('Brightness.') }),
    register: values,
  });

/** Does nothing, under another name. */
const still = definePlugin({
  meta: { kind: 'augmentation', id: 'still', contract: '^2', summary: 'Nothing.' },
  options: z.strictObject({ often: z.number().default(1).describe('How often.') }),
  register: () => ({ effect: 'photometric', draw: () => undefined, apply: (images) => images }),
});

const runner = configReader({
  plugins: [
    ...tinyPlugins,
    still,
    preset('bright', ({ by }) => ({
      data: { augment: [{ id: 'jitter', by }], cache: 'none' },
      loss: { id: 'ce', weight: 2 },
      training: { epochs: 9 },
    })),
    preset('wrong-key', () => ({ loss: { id: 'ce', wieght: 2 } })),
    preset('wrong-plugin', () => ({ data: { augment: ['jiter'] } })),
    preset('greedy', () => ({ seed: 5 })),
  ],
  defaults: tinyDefaults,
});

const read = (text: string, overrides: readonly string[] = []) => {
  const file = join(folder, 'x.yaml');
  writeFileSync(file, text);
  return runner.readConfig(file, overrides);
};

async function failure(work: Promise<unknown>): Promise<{ code: string; where: string; message: string }> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isFoveateError(error)) throw error ?? new Error('No error came.');
  return { code: error.code, where: error.parts.where ?? '', message: error.message };
}

describe('a preset', () => {
  it('fills in what is left out, before the defaults do', async () => {
    const config = await read('preset: bright\ndata: { source: tiny }\n');
    expect(config).toMatchObject({
      data: { augment: [{ id: 'jitter', options: { by: 7 } }], cache: 'none', size: [16, 16] },
      loss: { id: 'ce', options: { weight: 2 } },
      training: { epochs: 9 },
      preset: { id: 'bright', options: { by: 7 } },
    });
    expect(config.preset?.filledIn).toEqual(['data.augment.0', 'data.cache', 'loss', 'training.epochs']);
  });

  it('says what it fills in, and what counts instead of it', async () => {
    const notes = async (text: string) => (await read(`preset: bright\n${text}`)).notices?.join(' ') ?? '';
    expect(await notes('data: { source: tiny }\n')).not.toContain('Instead');
    expect(await notes('data: { source: tiny }\nloss: ce\ntraining: { epochs: 3 }\n')).toMatch(
      /fills in data\.augment\.0, data\.cache\..*Instead.* loss, training\.epochs /,
    );
    expect(await notes('data: { source: tiny, augment: [still, jitter] }\n')).toMatch(/Instead.* data\.augment /);
  });

  it('has options of its own', async () => {
    const config = await read('preset: { id: bright, by: 3 }\n');
    expect(config.data.augment).toEqual([{ id: 'jitter', options: { by: 3 } }]);
    expect(await failure(read('preset: { id: bright, bye: 3 }\n'))).toMatchObject({
      code: 'CONFIG_INVALID',
      where: `${join(folder, 'x.yaml')}:1:23 preset.bye`,
    });
  });

  it('yields to what is written beside it', async () => {
    const config = await read(
      'preset: bright\nloss: ce\ndata: { cache: file, augment: [still, { id: jitter, by: 1 }] }\ntraining: { epochs: 2 }\n',
    );
    expect(config).toMatchObject({
      data: {
        cache: 'file',
        augment: [
          { id: 'still', options: { often: 1 } },
          { id: 'jitter', options: { by: 1 } },
        ],
      },
      loss: { id: 'ce', options: { weight: 1 } },
      training: { epochs: 2 },
    });
    expect(config.preset?.filledIn).toEqual([]);
  });

  it('adds to a written list what the list does not name, in front', async () => {
    for (const [text, overrides] of [
      ['preset: bright\ndata: { augment: [still] }\n', []],
      ['preset: bright\n', ['data.augment=[still]']],
      ['data: { augment: [still] }\n', ['preset=bright']],
    ] as const) {
      const config = await read(text, overrides);
      expect(config.data.augment.map(({ id }) => id)).toEqual(['jitter', 'still']);
      expect(config.preset?.filledIn).toContain('data.augment.0');
    }
  });

  it('is overridden by --set as by the file', async () => {
    const config = await read('preset: bright\n', ['loss.weight=4', 'data.augment.0.by=2', 'training.epochs=1']);
    expect(config).toMatchObject({
      loss: { options: { weight: 4 } },
      data: { augment: [{ options: { by: 2 } }] },
      training: { epochs: 1 },
    });
  });

  it('is shown where it fills in, and its result needs it no more', async () => {
    const config = await read('preset: bright\ndata: { augment: [still] }\n');
    const text = configText(config);
    expect(text).toMatch(/^# Preset 'bright'$/m);
    expect(text).toMatch(/# from the preset\n {4}- id: jitter/);
    expect(text).toMatch(/# from the preset\nloss:/);
    expect(text).not.toMatch(/# from the preset\n {4}- id: still/);
    const { preset: gone, notices: before, ...rest } = config;
    const { notices: after, ...again } = await read(text);
    expect(again).toEqual(rest);
    expect([gone?.id, before?.length, after]).toEqual(['bright', 2, undefined]);
  });

  it.each([
    ['brigth', 'PLUGIN_UNKNOWN', 'x.yaml:1:1 preset', "Did you mean 'bright'"],
    ['wrong-key', 'CONFIG_INVALID', "preset 'wrong-key' loss.wieght", 'weight'],
    ['wrong-plugin', 'PLUGIN_UNKNOWN', "preset 'wrong-plugin' data.augment.0", "Did you mean 'jitter'"],
    ['greedy', 'PLUGIN_INVALID', '', "'seed'"],
    ['[bright]', 'CONFIG_INVALID', 'x.yaml:1:1 preset', 'expected a preset'],
  ])('%s is refused, with its place', async (id, code, where, text) => {
    const error = await failure(read(`preset: ${id}\ndata: { augment: [still] }\n`));
    expect(error.code).toBe(code);
    expect(error.where.replace(`${folder}/`, '')).toBe(where);
    expect(error.message).toContain(text);
  });

  it('does not shift the places of what is written behind it', async () => {
    const error = await failure(
      read('preset: bright\ndata:\n  augment:\n    - still\n    - { id: still, offten: 1 }\n'),
    );
    expect(error.where).toBe(`${join(folder, 'x.yaml')}:5:20 data.augment.2.offten`);
  });
});
