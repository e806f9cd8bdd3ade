/**
 * Accuracy, confidence and processor time of registration: node tools/bench/registration.mjs [--size 512] [--rounds 6]
 * [--data ../shared/data]. Scenes are drawn zippers, noise of many octaves and, where the folder has them, photographs; each
 * is seen under known transforms of up to 15 degrees, 20% and a tenth of the side, with noise (sigma 10) and other light
 * (gain, offset, gradient, gamma), and each is compared with others that it must not be laid over. Needs the packages built.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { random } from '../../packages/contracts/dist/index.js';
import { readImage, resize } from '../../packages/image/dist/index.js';
import { registrar } from '../../packages/registration/dist/index.js';
import { syntheticZipper } from '../../packages/synthetic-zipper/dist/index.js';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '512' },
    rounds: { type: 'string', default: '6' },
    data: { type: 'string', default: '../shared/data' },
  },
});
const size = Number(values.size);
const rounds = Number(values.rounds);
const side = Math.round(1.5 * size);

async function zippers(count) {
  const drawn = Math.min(1024, side);
  const checked = await syntheticZipper.options['~standard'].validate({ good: count, defective: 1, size: drawn });
  const source = await syntheticZipper.register(checked.value, { baseFolder: '.', seed: 5 });
  const scenes = [];
  for await (const { sample } of source.scan()) scenes.push((await source.load(sample)).image);
  return Promise.all(scenes.slice(0, count).map((scene) => resize(scene, side, side)));
}

async function clouds(seed) {
  const draw = random(seed, 'clouds');
  const sum = new Float64Array(side * side);
  for (let cells = 4; cells < side / 3; cells *= 2) {
    const data = Uint8Array.from({ length: cells * cells }, () => 255 * draw.float());
    const octave = await resize({ width: cells, height: cells, channels: 1, data }, side, side);
    for (let i = 0; i < sum.length; i++) sum[i] += ((octave.data[i] - 128) * 0.9) / Math.sqrt(cells);
  }
  return { width: side, height: side, channels: 1, data: Uint8ClampedArray.from(sum, (value) => 128 + value) };
}

async function photographs(folder, pattern, count) {
  const path = join(values.data, folder);
  if (!existsSync(path)) return [];
  const files = readdirSync(path).filter((file) => pattern.test(file));
  const chosen = files.filter((_, i) => i % Math.ceil(files.length / count) === 0);
  return Promise.all(chosen.map(async (file) => resize(await readImage(join(path, file)), side, side)));
}

/** The middle of a scene, under a transform and other light. */
function seen(scene, { angle, scale, dx, dy }, light, draw) {
  const [c, s] = [Math.cos((angle * Math.PI) / 180) / scale, Math.sin((angle * Math.PI) / 180) / scale];
  const { channels, width } = scene;
  const data = new Uint8ClampedArray(size * size * channels);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = [x + 0.5 - size / 2 - dx, y + 0.5 - size / 2 - dy];
      const fromX = Math.max(0, Math.min(width - 1.001, c * u + s * v + width / 2 - 0.5));
      const fromY = Math.max(0, Math.min(width - 1.001, c * v - s * u + width / 2 - 0.5));
      const [column, row] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, down] = [fromX - column, fromY - row];
      for (let k = 0; k < channels; k++) {
        const at = (row * width + column) * channels + k;
        const above = scene.data[at] * (1 - right) + scene.data[at + channels] * right;
        const below = scene.data[at + width * channels] * (1 - right) + scene.data[at + (width + 1) * channels] * right;
        const value = above * (1 - down) + below * down;
        const ramp = 1 + light.ramp * ((2 * x) / size - 1);
        const lit = light.gain * ramp * 255 * (value / 255) ** light.gamma + light.offset;
        data[(y * size + x) * channels + k] = lit + (light.noise === 0 ? 0 : light.noise * draw.normal());
      }
    }
  }
  return { width: size, height: size, channels, data: new Uint8Array(data.buffer) };
}

function error(one, other) {
  const place = ({ angle, scale, dx, dy }, x, y) => {
    const [c, s] = [scale * Math.cos((angle * Math.PI) / 180), scale * Math.sin((angle * Math.PI) / 180)];
    return [c * x - s * y + dx, s * x + c * y + dy];
  };
  const corners = [-1, 1].flatMap((x) => [-1, 1].map((y) => [(x * size) / 2, (y * size) / 2]));
  return Math.max(
    ...corners.map(([x, y]) => {
      const [p, q] = [place(one, x, y), place(other, x, y)];
      return Math.hypot(p[0] - q[0], p[1] - q[1]);
    }),
  );
}

const plain = { gain: 1, offset: 0, ramp: 0, gamma: 1, noise: 0 };
const drawnTransform = (draw) => ({
  angle: draw.uniform(-15, 15),
  scale: Math.exp(draw.uniform(-1, 1) * Math.log(1.2)),
  dx: draw.uniform(-0.1, 0.1) * size,
  dy: draw.uniform(-0.1, 0.1) * size,
});
const drawnLight = (draw) => ({
  gain: draw.uniform(0.7, 1.3),
  offset: draw.uniform(-30, 30),
  ramp: draw.uniform(-0.3, 0.3),
  gamma: draw.uniform(0.7, 1.4),
  noise: 10,
});
const still = { angle: 0, scale: 1, dx: 0, dy: 0 };
const spread = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  return [0, 0.5, 1].map((share) => sorted[Math.round(share * (sorted.length - 1))]?.toFixed(2) ?? '–').join(' / ');
};

const scenes = {
  clouds: await Promise.all([1, 2, 3, 4].map(clouds)),
  'drawn zippers': await zippers(4),
  'zipper photographs': await photographs('zipper-sample/images', /_7_.*png$/, 6),
  leather: await photographs('mvtec-leather-sample/leather/train/good', /png$/, 2),
  'magnetic tiles': await photographs('magnetic-tile/MT_Free/Imgs', /jpg$/, 6),
};
console.log(`${size} x ${size}; lowest / median / highest`);
let [falseAccepts, others, falseRefusals, own] = [0, 0, 0, 0];
for (const [name, list] of Object.entries(scenes)) {
  const [errors, sure, unsure, times] = [[], [], [], []];
  for (const [number, scene] of list.entries()) {
    const find = registrar(seen(scene, still, plain));
    find(seen(scene, still, plain)); // prepares what depends on the size of images
    for (let round = 0; round < rounds; round++) {
      const draw = random(7, name, number, round);
      const transform = drawnTransform(draw);
      const image = seen(scene, transform, drawnLight(draw), draw);
      const start = process.cpuUsage();
      const found = find(image);
      const { user, system } = process.cpuUsage(start);
      times.push((user + system) / 1000);
      errors.push(error(found.transform, transform));
      sure.push(found.confidence);
      own++;
      if (!found.accepted) falseRefusals++;
      const other = list[(number + 1 + (round % (list.length - 1))) % list.length];
      if (other === scene) continue;
      const unlike = find(seen(other, transform, drawnLight(draw), draw));
      unsure.push(unlike.confidence);
      others++;
      if (unlike.accepted) falseAccepts++;
    }
  }
  if (errors.length === 0) continue;
  console.log(
    `${name}: error in pixels ${spread(errors)}, above 1: ${errors.filter((e) => e > 1).length} of ${errors.length}`,
  );
  console.log(`  confidence ${spread(sure)}, of other images ${spread(unsure)}; processor ms ${spread(times)}`);
}
console.log(
  `refused though right: ${falseRefusals} of ${own}; accepted though another image: ${falseAccepts} of ${others}`,
);
