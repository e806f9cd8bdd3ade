/** Masks of zippers' teeth: IoU on unseen images after 10, 20 and 40 masks, time of the training, proposals a second. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { random } from '@foveate/contracts';
import { onnx } from '@foveate/engine-onnx';
import { defaultPlugins, segmentationDefaults } from '@foveate/preset-default';
import { openSegmenter } from '@foveate/propose';
import { trainSegmenter } from '@foveate/segmentation';
import { syntheticZipper } from '@foveate/synthetic-zipper';
import { buildPlugin } from '@foveate/testkit';
import { lastValueFrom, tap } from 'rxjs';

const { values } = parseArgs({
  options: {
    masks: { type: 'string', default: '10,20,40' },
    test: { type: 'string', default: '100' },
    size: { type: 'string', default: '128' },
    seed: { type: 'string', default: '1' },
  },
});
const [tested, size, seed] = ['test', 'size', 'seed'].map((name) => Number(values[name]));
const counts = values.masks.split(',').map(Number);
const most = Math.max(...counts);

const half = Math.ceil((most + tested) / 2);
const source = await buildPlugin(syntheticZipper, { good: half, defective: half, size }, { seed });
const samples = [];
for await (const { sample } of source.scan()) samples.push(sample);
const drawn = await Promise.all(
  random(seed, 'bench')
    .shuffle(samples)
    .map(async (sample) => {
      const { image, aoi } = await source.load(sample);
      return { id: sample.id, image, areas: { teeth: aoi } };
    }),
);
const unseen = drawn.slice(most, most + tested);

const named = (kind, { id, ...options }) =>
  buildPlugin(
    defaultPlugins.find(({ meta }) => meta.kind === kind && meta.id === id),
    options,
    { plugins: defaultPlugins },
  );
const { optimizer, augment } = segmentationDefaults;
const parts = {
  segmenter: await named('segmenter', segmentationDefaults.segmenter),
  loss: await named('mask-loss', segmentationDefaults['mask-loss']),
  optimizer: await named('optimizer', optimizer),
  augmentations: await Promise.all(augment.map((one) => named('augmentation', one))),
  settings: { size: [size, size] },
};

function iouOf(mask, truth) {
  let [both, either] = [0, 0];
  for (let i = 0; i < truth.data.length; i++) {
    const [a, b] = [mask.data[i] !== 0, truth.data[i] !== 0];
    if (a && b) both++;
    if (a || b) either++;
  }
  return either === 0 ? 1 : both / either;
}
const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
const seconds = (milliseconds) => (milliseconds / 1000).toFixed(1);

for (const count of counts) {
  const folder = mkdtempSync(join(tmpdir(), 'foveate-segmentation-'));
  const engine = await buildPlugin(onnx, {});
  const [since, before] = [performance.now(), process.cpuUsage()];
  let epochs = 0;
  const training = trainSegmenter({ ...parts, images: drawn.slice(0, count), engine, seed, folder });
  await lastValueFrom(training.pipe(tap(({ type }) => (epochs += type === 'epoch' ? 1 : 0))));
  const [wall, { user, system }] = [performance.now() - since, process.cpuUsage(before)];
  engine.dispose();
  const segmenter = await openSegmenter(folder);
  const images = unseen.map(({ image }) => image);
  await segmenter.proposeAll(images.slice(0, 16));
  const [proposing, proposingBefore] = [performance.now(), process.cpuUsage()];
  const proposals = await segmenter.proposeAll(images);
  const took = performance.now() - proposing;
  const cpu = process.cpuUsage(proposingBefore);
  const ious = proposals.map(({ teeth }, index) => iouOf(teeth.mask, unseen[index].areas.teeth));
  const off = proposals.map(({ teeth }, index) => Math.abs(teeth.confidence - ious[index]));
  console.log(
    `${String(count).padStart(3)} masks: IoU ${mean(ious).toFixed(3)}, lowest ${Math.min(...ious).toFixed(3)}; ` +
      `confidence off by ${mean(off).toFixed(3)}; trained ${epochs} epochs in ${seconds(wall)} s, ` +
      `processor ${seconds((user + system) / 1000)} s; ` +
      `${((1000 * tested) / took).toFixed(0)} proposals/s, ${((cpu.user + cpu.system) / 1000 / tested).toFixed(1)} ms of processor each`,
  );
  segmenter.close();
  rmSync(folder, { recursive: true, force: true });
}
