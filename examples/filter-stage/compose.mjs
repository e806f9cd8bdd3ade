// The same in code: stages are operators, the run's folder, events and record are those of any run.
import { createRunner } from '@foveate/pipeline';
import { defaultConfig, defaultPlugins } from '@foveate/preset-default';
import { deduplicate, explain, exportModel, ingest, mask, measure, report, split, train } from '@foveate/stages';
import { brightEnough } from './index.js';

const folder = process.argv[2] ?? 'runs/composed';
const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });
const config = await runner.makeConfig(
  {
    name: 'composed',
    data: { source: { id: 'synthetic-zipper', good: 40, defective: 40, size: 64 }, size: 64 },
    model: { id: 'custom-cnn', channels: [8, 16] },
    training: { epochs: 2, batchSize: 8 },
  },
  process.cwd(),
);

const events = runner.run(config, {
  folder,
  overwrite: true,
  compose: (run) =>
    ingest(run).pipe(
      mask(run),
      brightEnough(() => run.get('source'), 97),
      deduplicate(run),
      split(run),
      train(run),
      explain(run),
      measure(run),
      exportModel(run, { heatmap: true }),
      report(run),
    ),
});

await events.forEach((event) => {
  if (event.type === 'data') console.log(`${event.skips.length} images are too dark`);
  if (event.type === 'epoch') console.log(`epoch ${event.record.epoch}: loss ${event.record.train.loss.toFixed(3)}`);
  if (event.type === 'run-end') console.log(`${event.status}, in ${event.folder}`);
});
