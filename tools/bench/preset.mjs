/** What the preset `aoi` costs in training: epochs of cross-entropy and of the preset in turn, swapped surroundings included. */
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { spread } from './measure.mjs';

const side = fileURLToPath(new URL('data-side.mjs', import.meta.url));
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '112' },
    batch: { type: 'string', default: '16' },
    images: { type: 'string', default: '160' },
    epochs: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
  },
});
const [size, batchSize, images, epochs, rounds] = ['size', 'batch', 'images', 'epochs', 'rounds'].map((name) =>
  Number(values[name]),
);

const arms = { ce: { loss: 'ce' }, aoi: { preset: 'aoi' } };

/** Milliseconds an image of each epoch but the first, which is slower. */
function trainingOf(arm) {
  const config = {
    ...arms[arm],
    data: {
      source: {
        id: 'synthetic-zipper',
        good: images / 2,
        defective: images / 2,
        size: Math.max(64, size),
        mark: {},
        split: { train: 0.8, validation: 0.1 },
      },
      split: 'source',
      size,
      augment: ['flip-horizontal'],
    },
    training: { epochs, batchSize },
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [side, JSON.stringify({ task: 'train', config })], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr.trim().split('\n').slice(-3).join(' | '));
  return JSON.parse(stdout)
    .epochs.slice(1)
    .map(({ imagesPerSecond }) => 1000 / imagesPerSecond);
}

console.log(`size ${size}, batch ${batchSize}; load of the machine before: ${loadavg()[0].toFixed(1)}`);
const ratios = [];
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? ['ce', 'aoi'] : ['aoi', 'ce'];
  const medians = Object.fromEntries(order.map((arm) => [arm, spread(trainingOf(arm)).median]));
  ratios.push(medians.aoi / medians.ce);
  console.log(
    `  ms an image  ce ${medians.ce.toFixed(2)}  aoi ${medians.aoi.toFixed(2)}  ratio ${ratios.at(-1).toFixed(3)}`,
  );
}
const { min, median, max } = spread(ratios);
console.log(`aoi / ce: ${median.toFixed(3)} (${min.toFixed(3)} to ${max.toFixed(3)})`);
