/**
 * Processor time that each augmentation takes on one sample, and a typical policy of five. Processor time and not wall
 * time, as that is what is short when every core augments; what runs in libvips' threads and what clears memory counts.
 *   node tools/bench/augment.mjs [--size 224] [--rounds 9]
 * Needs the packages built.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { random } from '@foveate/contracts';
import * as plugins from '@foveate/augment';
import { spread } from './measure.mjs';

const { values } = parseArgs({
  options: { size: { type: 'string', default: '224' }, rounds: { type: 'string', default: '9' } },
});
const side = Number(values.size);
const rounds = Number(values.rounds);
/** The five operations of a typical policy. */
const policy = ['flip-horizontal', 'affine', 'brightness-contrast', 'illumination-gradient', 'noise'];

/** A pattern with an area of interest and a defect, another for each number. */
function sample(number) {
  const mask = (inside) => ({
    width: side,
    height: side,
    channels: 1,
    data: Uint8Array.from({ length: side * side }, (_, i) => (inside(i % side, Math.floor(i / side)) ? 255 : 0)),
  });
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => 128 + 90 * Math.sin((i + number * 999) / 50));
  const near = (x, y, cx, cy, radius) => (x / side - cx) ** 2 + (y / side - cy) ** 2 < radius ** 2;
  return {
    image: { width: side, height: side, channels: 3, data },
    aoi: mask((x) => x > side / 4 && x < (3 * side) / 4),
    defects: [{ type: 'spot', mask: mask((x, y) => near(x, y, 0.5, 0.4, 0.04)) }],
  };
}

const samples = Array.from({ length: 8 }, (_, number) => sample(number));
const context = { other: async (choice) => samples[Math.floor(choice * samples.length)] };
const services = new Map();
for (const { meta, options, register, slots } of Object.values(plugins)) {
  // What only chooses among others costs nothing of its own.
  if (slots !== undefined) continue;
  const checked = await options['~standard'].validate({ probability: 1 });
  services.set(meta.id, await register(checked.value, { baseFolder: '.', seed: 1 }));
}

async function augment(ids, number) {
  let images = samples[number % samples.length];
  for (const [index, id] of ids.entries()) {
    const service = services.get(id);
    const drawn = service.draw(random(1, 'augment', number, 'sample', index), images.image);
    if (drawn !== undefined) images = await service.apply(images, drawn, context);
  }
}

/** Milliseconds of processor time a sample: lowest, middle and highest of the rounds. */
async function measure(ids) {
  const perRound = 40;
  let number = 0;
  const round = async () => {
    const start = process.cpuUsage();
    for (let i = 0; i < perRound; i++) await augment(ids, number++);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000 / perRound;
  };
  await round();
  const times = [];
  for (let i = 0; i < rounds; i++) times.push(await round());
  return spread(times);
}

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} processors, Node ${process.version}`,
);
console.log(
  `${side} x ${side} pixels, one area of interest, one defect mask; processor ms a sample: median (min to max)`,
);
const works = [['policy of five', policy], ...[...services.keys()].sort().map((id) => [id, [id]])];
for (const [name, ids] of works) {
  const { min, median, max } = await measure(ids);
  console.log(`${name.padEnd(24)}${median.toFixed(2).padStart(7)}  (${min.toFixed(2)} to ${max.toFixed(2)})`);
}
