import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { definePlugin, type AnyPlugin } from '@foveate/contracts';
import { z } from 'zod';
import { tinyPlugins } from '../../../../tools/testing/tiny-plugins.js';
import { Registry } from '../registry.js';
import { readPartConfig } from './part-config.js';

const folder = mkdtempSync(join(tmpdir(), 'foveate-parts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Asks for another augmentation by id. */
const asking = (id: string, wanted: string): AnyPlugin =>
  definePlugin({
    meta: { kind: 'augmentation', id, contract: '^2', summary: 'Asks for another.' },
    options: z.strictObject({}),
    register: (_, { get }) => get('augmentation', wanted),
  });

const registry = Registry.of([
  ...tinyPlugins,
  asking('there', 'jitter'),
  asking('ping', 'pong'),
  asking('pong', 'ping'),
]);
const form = {
  own: { rounds: z.int().min(1).default(3).describe('How often.') },
  slots: { optimizer: { kind: 'optimizer' }, augment: { kind: 'augmentation', many: true } },
  defaults: { optimizer: { id: 'sgd', learningRate: 0.5 }, augment: ['jitter'] },
} as const;

function read(text: string | undefined, overrides: readonly string[] = []) {
  const file = join(folder, 'parts.yaml');
  if (text !== undefined) writeFileSync(file, text);
  const setting = { registry, defaults: {}, consent: 'ask' } as const;
  return readPartConfig(text === undefined ? undefined : file, overrides, form, setting);
}

describe('a configuration of parts', () => {
  it('is filled in, overridden and built', async () => {
    const plain = await read(undefined);
    expect(plain).toMatchObject({ seed: 1, own: { rounds: 3 } });
    expect(plain.chosen.optimizer).toMatchObject([{ id: 'sgd', options: { learningRate: 0.5 } }]);
    const written = await read('seed: 4\nrounds: 2\naugment: [jitter, there]\n', [
      'rounds=5',
      'optimizer.learningRate=1',
    ]);
    expect(written).toMatchObject({ seed: 4, baseFolder: folder, own: { rounds: 5 } });
    expect(written.chosen.optimizer).toMatchObject([{ options: { learningRate: 1 } }]);
    expect(await written.build('augment')).toHaveLength(2);
    expect(await written.build('optimizer')).toHaveLength(1);
  });

  it('names what is wrong and where', async () => {
    const refused = (text: string, overrides?: readonly string[]) => expect(read(text, overrides)).rejects;
    await refused('rounds: 0\n').toThrow(/parts\.yaml:1:1 rounds/);
    await refused('round: 2\n').toThrow(/parts\.yaml:1:1 round: .*rounds/);
    await refused('optimizer: sgdd\n').toThrow(/parts\.yaml:1:1 optimizer: unknown optimizer 'sgdd'/);
    await refused('augment: jitter\n').toThrow(/augment: expected a list/);
    await refused('optimizer: { id: sgd, learningRat: 1 }\n').toThrow(/learningRate/);
    await refused('- a\n').toThrow('no configuration');
    await refused('seed: 1\n', ['rounds=many']).toThrow(/--set rounds=many/);
    await refused('rounds: 0\noptimizer: x\n').toThrow('2 problems');
    await expect(readPartConfig(join(folder, 'none.yaml'), [], form, { registry, defaults: {}, consent: 'ask' })).rejects.toMatchObject({ code: 'PATH_MISSING' }); // prettier-ignore
  });

  it('refuses plugins that ask for each other in a circle', async () => {
    const config = await read('augment: [ping]\n');
    await expect(config.build('augment')).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: expect.stringContaining('circle'),
    });
  });
});
