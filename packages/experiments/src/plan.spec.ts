/** Which configurations an experiment comes to. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { definePlugin, type BuiltPlugin } from '@foveate/contracts';
import { createRunner } from '@foveate/pipeline';
import { z } from 'zod';
import { tinyDefaults, tinyPlugins } from '../../../tools/testing/tiny-plugins.js';
import { makeExperiment, planRuns, readExperiment } from './index.js';

const around = definePlugin({
  meta: { kind: 'model', id: 'around', contract: '^2', summary: 'Another model.' },
  options: z.strictObject({ model: z.unknown() as z.ZodType<BuiltPlugin<'model'>> }),
  slots: { model: 'model' },
  register: ({ model }) => model.service,
});
const runner = createRunner({ plugins: [...tinyPlugins, around], defaults: tinyDefaults });

const planned = (value: object, overrides: readonly string[] = []) =>
  planRuns(
    makeExperiment({ name: 'x', config: { data: { source: 'tiny', augment: [] } }, seeds: [4], ...value }, '/base'),
    runner,
    '/out',
    overrides,
  );

describe('planRuns', () => {
  it('sets what data, model and arm say, in this order, and above all what was typed', async () => {
    const value = {
      data: { d: { 'training.epochs': 2, 'training.batchSize': 2, 'model.channels': 2 } },
      models: { m: { 'training.batchSize': 3, 'model.channels': 3 } },
      arms: { a: { 'model.channels': 4 } },
    };
    const [plain] = await planned(value);
    expect(plain!.config.training).toMatchObject({ epochs: 2, batchSize: 3 });
    expect(plain!.config.model.options).toMatchObject({ channels: 4 });
    const [typed] = await planned(value, ['model.channels=5', 'seed=99']);
    expect(typed!.config.model.options).toMatchObject({ channels: 5 });
    expect([typed!.seed, typed!.config.seed]).toEqual([4, 4]);
  });

  it.each<[string, object]>([
    ['slashes', { data: { 'x/y': {}, x: {} }, models: { m: {}, 'y/m': {} }, arms: { a: {} } }],
    ['upper case', { arms: { a: {}, A: {} } }],
    ['a folder in another', { arms: { 'a/seed-1': {}, a: {} } }],
    ['another around it', { arms: { a: {}, 'a/seed-1': {} } }],
  ])('refuses runs whose folders would meet by %s', async (_, value) => {
    await expect(planned(value)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('would stand in the folder of'),
    });
  });

  it('points to the entry that holds what is wrong', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'foveate-plan-')), 'x.yaml');
    writeFileSync(
      file,
      'config: { data: { source: tiny } }\narms: { ce: {} }\ndata:\n  d: { data.sizes: 3 }\nseeds: 1\n',
    );
    await expect(planRuns(await readExperiment(file), runner, '/out')).rejects.toThrow(/x\.yaml:4:3.*sizes/s);
    writeFileSync(
      file,
      'config: { data: { source: tiny } }\narms: { ce: {} }\nmodels:\n  m: { model.chanels: 3 }\nseeds: 1\n',
    );
    await expect(planRuns(await readExperiment(file), runner, '/out')).rejects.toThrow(/x\.yaml:4:3.*chanels/s);
    rmSync(dirname(file), { recursive: true });
  });

  it('puts the model of the run into an arm that wraps it', async () => {
    const [id] = tinyPlugins.filter(({ meta }) => meta.kind === 'model').map(({ meta }) => meta.id);
    const arms = { plain: {}, wrapped: { model: { id: 'around', model: '$model' } } };
    const runs = await planned({ arms, models: { small: { model: id }, wide: { model: { id, channels: 3 } } } });
    expect(runs.map(({ arm, model, config }) => [arm, model, config.model])).toMatchObject([
      ['plain', 'small', { id }],
      ['wrapped', 'small', { id: 'around', options: { model: { id } } }],
      ['plain', 'wide', { id, options: { channels: 3 } }],
      ['wrapped', 'wide', { id: 'around', options: { model: { id, channels: 3 } } }],
    ]);
    const common = { data: { source: 'tiny', augment: [] }, model: { id, channels: 3 } };
    const [, wrapped] = await planned({ arms, config: common });
    expect(wrapped!.config.model).toMatchObject({ id: 'around', options: { model: { id, channels: 3 } } });
    // The model that a run has without saying so, and settings by their paths.
    const [, usual] = await planned({ arms });
    expect(usual!.config.model).toMatchObject({ id: 'around', options: { model: { id } } });
    const paths = await planned({
      arms,
      data: { d: { 'model.channels': 5 } },
      models: { wide: { 'model.channels': 7 }, m: {} },
    });
    expect(paths.map(({ config: { model } }) => model.options)).toMatchObject([
      { channels: 7 },
      { model: { id, channels: 7 } },
      { channels: 5 },
      { model: { id, channels: 5 } },
    ]);
  });
});
