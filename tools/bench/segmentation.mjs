/**
 * Masks of zippers' teeth: IoU on unseen images after 10, 20 and 40 masks, time of the training, proposals a second. With
 * `--folder` those of photographs: `images` and `masks` of equal names, where what is not black is inside.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { random } from '@foveate/contracts';
import { onnx } from '@foveate/engine-onnx';
import { readImage } from '@foveate/image';
import { defaultPlugins, segmenterDefaults } from '@foveate/preset-default';
import { openSegmenter } from '@foveate/propose';
import { trainSegmenter } from '@foveate/segmentation';
import { syntheticZipper } from '@foveate/synthetic-zipper';
import { buildPlugin } from '@foveate/testkit';

const { values } = parseArgs({
  options: {
    masks: { type: 'string', default: '10,20,40' },
    test: { type: 'string', default: '100' },
    size: { type: 'string', default: '128' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string' },
    epochs: { type: 'string' },
    segmenter: { type: 'string' },
  },
});
const [tested, size, seed] = ['test', 'size', 'seed'].map((name) => Number(values[name]));
const counts = values.masks.split(',').map(Number);
const most = Math.max(...counts);

/** Drawn zippers in random order. */
async function zippers() {
  const half = Math.ceil((most + tested) / 2);
  const source = await buildPlugin(syntheticZipper, { good: half, defective: half, size }, { seed });
  const samples = [];
  for await (const { sample } of source.scan()) samples.push(sample);
  return Promise.all(
    random(seed, 'bench')
      .shuffle(samples)
      .map(async (sample) => {
        const { image, aoi } = await source.load(sample);
        return { id: sample.id, group: sample.id, image, areas: { inside: aoi } };
      }),
  );
}

/** Photographs in random order, the deformed copies of one beside each other. */
async function photographs(folder) {
  const photographOf = (name) => name.replace(/^deformed_.*?_sigmoid_\d+_/, '');
  const names = readdirSync(join(folder, 'images'));
  const groups = random(seed, 'bench').shuffle([...new Set(names.map(photographOf))].sort());
  const ordered = groups.flatMap((group) => names.filter((name) => photographOf(name) === group));
  return Promise.all(
    ordered.map(async (name) => {
      const { width, height, data } = await readImage(join(folder, 'masks', name));
      const inside = Uint8Array.from({ length: width * height }, (_, i) =>
        data[3 * i] + data[3 * i + 1] + data[3 * i + 2] > 0 ? 255 : 0,
      );
      const image = await readImage(join(folder, 'images', name));
      return {
        id: name,
        group: photographOf(name),
        image,
        areas: { inside: { width, height, channels: 1, data: inside } },
      };
    }),
  );
}

const images = await (values.folder === undefined ? zippers() : photographs(values.folder));
const learntFrom = new Set(images.slice(0, most).map(({ group }) => group));
const unseen = images.filter(({ group }) => !learntFrom.has(group)).slice(0, tested);

/** 95% interval of a mean over images, whole groups drawn anew. */
function interval(ious) {
  const groups = [...new Set(unseen.map(({ group }) => group))];
  const of = new Map(groups.map((group) => [group, ious.filter((_, index) => unseen[index].group === group)]));
  const stream = random(seed, 'bootstrap');
  const means = Array.from({ length: 2000 }, () => mean(groups.flatMap(() => of.get(stream.pick(groups))))).sort(
    (a, b) => a - b,
  );
  return `${means[50].toFixed(3)} to ${means[1949].toFixed(3)}`;
}

const named = (kind, { id, ...options }) =>
  buildPlugin(
    defaultPlugins.find(({ meta }) => meta.kind === kind && meta.id === id),
    options,
    { plugins: defaultPlugins },
  );
const { optimizer, augment } = segmenterDefaults;
const parts = {
  segmenter: await named(
    'segmenter',
    values.segmenter === undefined ? segmenterDefaults.segmenter : JSON.parse(values.segmenter),
  ),
  loss: await named('mask-loss', segmenterDefaults.loss),
  optimizer: await named('optimizer', optimizer),
  augmentations: await Promise.all(augment.map((one) => named('augmentation', one))),
  settings: { size: [size, size], ...(values.epochs === undefined ? {} : { epochs: Number(values.epochs) }) },
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
  const training = trainSegmenter({ ...parts, images: images.slice(0, count), engine, seed, folder });
  await new Promise((resolve, reject) => {
    training.subscribe({
      next: ({ type }) => (epochs += type === 'epoch' ? 1 : 0),
      error: reject,
      complete: () => resolve(),
    });
  });
  const [wall, { user, system }] = [performance.now() - since, process.cpuUsage(before)];
  engine.dispose();
  const segmenter = await openSegmenter(folder);
  const pixels = unseen.map(({ image }) => image);
  await segmenter.proposeAll(pixels.slice(0, 16));
  const [proposing, proposingBefore] = [performance.now(), process.cpuUsage()];
  const proposals = await segmenter.proposeAll(pixels);
  const took = performance.now() - proposing;
  const cpu = process.cpuUsage(proposingBefore);
  const ious = proposals.map(({ inside }, index) => iouOf(inside.mask, unseen[index].areas.inside));
  const off = proposals.map(({ inside }, index) => Math.abs(inside.confidence - ious[index]));
  console.log(
    `${String(count).padStart(3)} masks: IoU ${mean(ious).toFixed(3)} (${interval(ious)}) on ${unseen.length}, lowest ${Math.min(...ious).toFixed(3)}; ` +
      `confidence off by ${mean(off).toFixed(3)}; trained ${epochs} epochs in ${seconds(wall)} s, ` +
      `processor ${seconds((user + system) / 1000)} s; ` +
      `${((1000 * unseen.length) / took).toFixed(0)} proposals/s, ${((cpu.user + cpu.system) / 1000 / unseen.length).toFixed(1)} ms of processor each`,
  );
  segmenter.close();
  rmSync(folder, { recursive: true, force: true });
}
