import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { makeExperiment, planRuns, readExperiment } from '@foveate/experiments';
import { createRunner } from '@foveate/pipeline';
import { syntheticZipper } from '@foveate/synthetic-zipper';
import { defaultConfig, defaultPlugins, reproductions } from './index.js';

const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });

describe('experiments that come with the product', () => {
  it('are all that lie in the folder', () => {
    const files = readdirSync(fileURLToPath(new URL('../experiments', import.meta.url)));
    expect(
      Object.keys(reproductions)
        .map((name) => `${name}.yaml`)
        .sort(),
    ).toEqual(files.sort());
  });

  it.each([
    ['synthetic', 3 * 9 * 5],
    ['guidance', 16 * 2 * 5],
    ['synthetic-pretrained', 3 * 3 * 5],
    ['band', 5 * 2 * 2 * 5],
    ['zipper', 3 * 3 * 5],
    ['industrial', 3 * 2 * 5],
  ])('%s has %d valid configurations', async (name, runs) => {
    const { file } = reproductions[name]!;
    const read = await readExperiment(file);
    // One seed is read in full, since the others differ in the seed alone.
    const one = makeExperiment({ ...read.value, seeds: 1 }, read.baseFolder);
    const planned = await planRuns(one, runner, '/out');
    expect(planned.length * read.value.seeds.length).toBe(runs);
  });

  it('synthetic trains with as many images as its names say', async () => {
    const read = await readExperiment(reproductions['synthetic']!.file);
    const planned = await planRuns(makeExperiment({ ...read.value, seeds: 1 }, read.baseFolder), runner, '/out');
    for (const { data, config } of planned) {
      const source = await syntheticZipper.register(config.data.source.options as never, { seed: 1 } as never);
      let train = 0;
      for await (const item of source.scan()) train += Number('sample' in item && item.sample.split === 'train');
      expect(`${data}: ${String(train)}`).toBe(`${data}: ${data.split('/')[1] ?? ''}`);
    }
  });
});
