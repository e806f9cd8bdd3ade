/** How fast images become batches, and how long a training waits for them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spread } from './measure.mjs';

const side = fileURLToPath(new URL('data-side.mjs', import.meta.url));

/** The five operations of a typical policy. */
const augment = [
  { id: 'flip-horizontal', probability: 0.5 },
  { id: 'affine', probability: 1 },
  { id: 'brightness-contrast', probability: 1 },
  { id: 'illumination-gradient', probability: 0.5 },
  { id: 'noise', probability: 0.5 },
];

const tiles = (root) => ({
  source: {
    id: 'folders',
    root,
    classes: {
      'MT_Blowhole/Imgs': 'blowhole',
      'MT_Break/Imgs': 'break',
      'MT_Crack/Imgs': 'crack',
      'MT_Fray/Imgs': 'fray',
      'MT_Free/Imgs': 'good',
    },
    image: '.jpg',
    mask: '.png',
    limit: { good: 400 },
  },
  aoi: { id: 'template', shape: { kind: 'band', direction: 'vertical', from: 0.25, to: 0.75 } },
});

const drawn = (root) => ({
  source: { id: 'folders', root, classes: { good: 'good', bad: 'bad' }, image: '.png', mask: '_mask.png' },
  aoi: { id: 'template', shape: { kind: 'band', direction: 'vertical', from: 0.1, to: 0.9 } },
});

/** Images of 1024 x 1024 pixels with texture, half of them with a defect and its mask. */
async function draw(root, count) {
  const { writePng } = await import('@foveate/image');
  const { random } = await import('@foveate/contracts');
  const size = 1024;
  for (const type of ['good', 'bad']) {
    mkdirSync(join(root, type), { recursive: true });
    for (let number = 0; number < count / 2; number++) {
      const stream = random(1, type, number);
      const noise = Uint8Array.from({ length: 8192 }, () => stream.integer(40));
      const [x, y] = [200 + stream.integer(600), 200 + stream.integer(600)];
      const inside = (pixel) => ((pixel % size) - x) ** 2 + (Math.floor(pixel / size) - y) ** 2 < 60 ** 2;
      const data = new Uint8Array(size * size * 3);
      const mask = new Uint8Array(size * size);
      for (let pixel = 0; pixel < size * size; pixel++) {
        const flaw = type === 'bad' && inside(pixel);
        if (flaw) mask[pixel] = 255;
        data.fill(90 + noise[(pixel * 7 + (pixel >> 10)) % 8192] + (flaw ? 80 : 0), pixel * 3, pixel * 3 + 3);
      }
      const path = join(root, type, String(number).padStart(3, '0'));
      await writePng(`${path}.png`, { width: size, height: size, channels: 3, data });
      if (type === 'bad') await writePng(`${path}_mask.png`, { width: size, height: size, channels: 1, data: mask });
    }
  }
}

function run(task) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [side, JSON.stringify(task)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim().split('\n').slice(-3).join(' | '));
  return JSON.parse(stdout);
}

const whole = (value) => value.toFixed(0);
const mebibytes = (bytes) => whole(bytes / 2 ** 20);
const percent = (share) => `${(share * 100).toFixed(1)}%`;
const load = () => `load of the machine before: ${loadavg()[0].toFixed(1)}`;

function reportStream(title, { labelled, epochs }) {
  const speeds = spread(epochs.map(({ perSecond }) => perSecond));
  const cost = spread(epochs.map(({ processorMs }) => processorMs));
  console.log(`\n${title}; ${load()}`);
  console.log(
    `  labelling   ${whole(labelled.perSecond)} images/s, ${labelled.processorMs.toFixed(1)} processor ms each`,
  );
  console.log(
    `  batches     ${whole(speeds.median)} images/s (${whole(speeds.min)} to ${whole(speeds.max)}), ` +
      `${cost.median.toFixed(1)} processor ms each (${cost.min.toFixed(1)} to ${cost.max.toFixed(1)})`,
  );
  console.log(`  MiB after each epoch  ${epochs.map(({ rss }) => mebibytes(rss)).join(' ')}`);
}

function reportTraining(title, { epochs }) {
  console.log(`\n${title}; ${load()}`);
  console.log(`  images/s              ${epochs.map(({ imagesPerSecond }) => whole(imagesPerSecond)).join(' ')}`);
  console.log(`  waiting for data      ${epochs.map(({ dataWait }) => percent(dataWait)).join(' ')}`);
  console.log(`  MiB after each epoch  ${epochs.map(({ rss }) => mebibytes(rss)).join(' ')}`);
}

/**
 * @param options.only text that the title of a measurement must contain
 * @param options.folder the magnetic-tile images, a folder per class; left out where it is not there
 * @returns all figures, by title
 */
export async function measureData({ only, quick, workers, folder }) {
  const temporary = mkdtempSync(join(tmpdir(), 'foveate-bench-data-'));
  const sets = [
    ['tiles', () => (existsSync(join(folder, 'MT_Free')) ? tiles(folder) : undefined)],
    ['drawn 1024 x 1024', () => draw(temporary, quick ? 20 : 120).then(() => drawn(temporary))],
  ];
  const size = quick ? 112 : 224;
  const epochs = quick ? 3 : 10;
  const results = {};
  try {
    console.log(`\ndata: augmented by ${augment.map(({ id, probability }) => `${id} p ${probability}`).join(', ')}`);
    for (const [name, make] of sets) {
      const wanted = (title) => title.includes(only);
      const titles = ['without cache', 'from memory', 'from a file', 'training'].map(
        (what) => `data: ${name}, ${what}`,
      );
      if (!titles.some(wanted)) continue;
      const set = await make();
      if (set === undefined) {
        console.log(`\ndata: ${name}: not there, name the folder with --data`);
        continue;
      }
      const data = { ...set, augment, size, workers, duplicates: { treatment: 'ignore' } };
      const config = (more) => ({ data: { ...data, ...more }, training: { batchSize: 32, epochs: quick ? 2 : 4 } });
      const tasks = [
        { task: 'stream', config: config({ cache: 'none' }), epochs: Math.ceil(epochs / 3) },
        { task: 'stream', config: config({ cache: 'memory' }), epochs },
        { task: 'stream', config: config({ cache: 'file' }), epochs },
        { task: 'train', config: config({}) },
      ];
      for (const [index, task] of tasks.entries()) {
        const title = titles[index];
        if (!wanted(title)) continue;
        results[title] = run(task);
        if (task.task === 'train') reportTraining(title, results[title]);
        else reportStream(title, results[title]);
      }
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return results;
}
