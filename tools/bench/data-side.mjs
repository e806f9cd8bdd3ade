/** A process that streams batches, or trains on them, and says how fast. Argument: the task as JSON; answer: JSON. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunner } from '@foveate/pipeline';
import { defaultConfig, defaultPluginModule, defaultPlugins } from '@foveate/preset-default';
import { batchesOf, loadData, RunScope, trainingBatches } from '@foveate/stages';
import { lastValueFrom } from 'rxjs';

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
  const scope = await RunScope.open(config, runner.registry, { cacheFolder: folder });
  let data;
  const labelled = await timed(async () => {
    data = await lastValueFrom(loadData(scope));
    return data.stored.length;
  });
  await scope.work.chooseDonors(data.stored);
  const batches = batchesOf(data, scope);
  const list = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    list.push(
      await timed(async () => {
        let images = 0;
        for await (const { ids } of trainingBatches(batches, epoch, 0)) images += ids.length;
        return images;
      }),
    );
  }
  await scope.close();
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
