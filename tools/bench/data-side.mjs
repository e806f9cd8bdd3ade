/** A process that streams batches, or trains on them, and says how fast. Argument: the task as JSON; answer: JSON. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunner } from '@foveate/pipeline';
import { defaultConfig, defaultPluginModule, defaultPlugins } from '@foveate/preset-default';

const internals = (path) => import(new URL(`../../packages/pipeline/dist/${path}`, import.meta.url).href);
const { buildServices } = await internals('assembly/container.js');
const { loadData } = await internals('run/load-data.js');
const { batchStage } = await internals('run/data.js');
const { trainingBatches } = await internals('stages/5-batch.js');

const runner = createRunner({ plugins: defaultPlugins, pluginModule: defaultPluginModule, defaults: defaultConfig });
const folder = mkdtempSync(join(tmpdir(), 'foveate-bench-'));
const processorSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Images a second and processor milliseconds an image. */
async function timed(work) {
  const [since, processor] = [performance.now(), processorSeconds()];
  const images = await work();
  const seconds = (performance.now() - since) / 1000;
  const rss = process.memoryUsage().rss;
  return { images, perSecond: images / seconds, processorMs: ((processorSeconds() - processor) / images) * 1000, rss };
}

async function stream(config, epochs) {
  const services = await buildServices(config, runner.registry);
  const { module } = runner.registry;
  let loaded;
  const labelled = await timed(async () => {
    await loadData(config, { services, module, folder }).forEach((step) => {
      if ('stored' in step) loaded = step;
    });
    return loaded.stored.length;
  });
  const stage = batchStage(config, loaded);
  const list = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    list.push(
      await timed(async () => {
        let images = 0;
        for await (const { ids } of trainingBatches(stage, epoch, 0)) images += ids.length;
        return images;
      }),
    );
  }
  await loaded.close();
  return { labelled, epochs: list };
}

async function train(config) {
  const epochs = [];
  await runner.run(config, { folder: join(folder, 'run') }).forEach((event) => {
    if (event.type === 'epoch') epochs.push({ ...event.record, rss: process.memoryUsage().rss });
  });
  return { epochs };
}

const { task, config, epochs } = JSON.parse(process.argv[2]);
try {
  const complete = await runner.makeConfig(config, process.cwd());
  const result = task === 'train' ? await train(complete) : await stream(complete, epochs);
  console.log(JSON.stringify(result));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
