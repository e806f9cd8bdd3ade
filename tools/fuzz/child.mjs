/** Reads damaged files, one after the other, as the commands do, and tells what came of each. */
import { join } from 'node:path';
import { isFoveateError } from '@foveate/contracts';
import { readImage, readImageHeader, readMask } from '@foveate/image';
import { createRunner } from '@foveate/pipeline';
import { defaultConfig, defaultPlugins, identifyWeights, readWeights } from '@foveate/preset-default';
import { loadRun, renderReport } from '@foveate/report';

// Without workers: what is damaged is to be met in this process.
const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });

const overrides = ['data.workers=0'];

/** The source of a configuration that names none. */
const drawn = 'synthetic-zipper';

/** Of each kind what the commands do. @returns whether it said that something is wrong */
const readers = {
  async config(file) {
    await runner.readConfig(file, overrides);
    return false;
  },
  async image(file) {
    await readImageHeader(file);
    await readMask(file);
    await readImage(file);
    return false;
  },
  async weights(file) {
    await identifyWeights(await readWeights(file));
    return false;
  },
  async annotations(file) {
    const config = await runner.readConfig(join(file, '../config.json'), overrides);
    // Drawn, not read: a configuration that was cut before its source costs some hundred images and tells nothing.
    if (config.data.source.id === drawn) return false;
    const { inspection } = await runner.inspectData(config, { examples: 0 });
    return inspection.problems.length > 0;
  },
  async report(folder) {
    renderReport([await loadRun(folder)]);
    return false;
  },
  async evaluate(folder) {
    const { warnings } = await runner.evaluate(folder, 'test');
    return warnings.length > 0;
  },
  async explain(folder) {
    await runner.explain(folder, [join(folder, 'explanations/01-image.png')], () => undefined);
    return false;
  },
  async resume(folder) {
    const config = await runner.readConfig(join(folder, 'config.yaml'), [...overrides, 'training.epochs=2']);
    await runner.run(config, { folder, resume: true }).forEach(() => undefined);
    return false;
  },
};

process.on('message', async ({ reader, path }) => {
  try {
    const told = await readers[reader](path);
    process.send({ outcome: told ? 'noticed' : 'accepted' });
  } catch (error) {
    if (isFoveateError(error)) process.send({ outcome: 'noticed', text: error.message });
    else
      process.send({
        outcome: 'unexpected',
        text: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
  }
});
process.send({ outcome: 'ready' });
