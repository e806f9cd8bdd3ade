/** An open predictor against the bare session: median and p99 of a frame, and memory over many frames. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openOnnx } from '@foveate/engine-onnx/open';
import { decodeImage, encodeJpeg, resize } from '@foveate/image';
import { createRunner } from '@foveate/pipeline';
import { openPredictor } from '@foveate/predict';
import { defaultConfig, defaultPlugins } from '@foveate/preset-default';
import { readFileSync } from 'node:fs';
import { lastValueFrom } from 'rxjs';

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '2000' },
    size: { type: 'string', default: '112' },
    image: { type: 'string', default: '640' },
  },
});
const [frames, size, side] = ['frames', 'size', 'image'].map((name) => Number(values[name]));
const folder = mkdtempSync(join(tmpdir(), 'foveate-predict-'));
const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });
const source = { id: 'synthetic-zipper', good: 20, defective: 20, size: 64 };
const config = await runner.makeConfig({ data: { source, size }, training: { epochs: 1, batchSize: 8 } }, folder);
await lastValueFrom(runner.run(config, { folder: join(folder, 'run') }));

const pixels = {
  width: side,
  height: side,
  channels: 3,
  data: new Uint8Array(side * side * 3).map((_, i) => (i * 7) % 256),
};
const image = await encodeJpeg(pixels, 90);
const predictor = await openPredictor(join(folder, 'run'));
const bare = await openOnnx(readFileSync(join(folder, 'run', 'model.onnx')));

/** What a program without Foveate's predictor would do at least: decode, resize, run. */
async function bareFrame() {
  const small = await resize(await decodeImage(image), size, size);
  await bare.run({ images: { dtype: 'int32', shape: [1, size, size, 3], data: Int32Array.from(small.data) } });
}
const ways = { bare: bareFrame, predictor: () => predictor.predict({ image }) };

async function timed(work, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const since = performance.now();
    await work();
    times.push(performance.now() - since);
  }
  return times;
}
const at = (times, share) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(share * times.length))];

for (const work of Object.values(ways)) await timed(work, 50);
const all = { bare: [], predictor: [] };
const memory = [];
for (let round = 0; round < 10; round++) {
  for (const [name, work] of Object.entries(ways)) all[name].push(...(await timed(work, frames / 10)));
  memory.push(process.memoryUsage().rss);
}
for (const [name, times] of Object.entries(all)) {
  console.log(`${name.padEnd(10)} median ${at(times, 0.5).toFixed(2)} ms  p99 ${at(times, 0.99).toFixed(2)} ms`);
}
console.log(`predictor / bare, medians: ${(at(all.predictor, 0.5) / at(all.bare, 0.5)).toFixed(3)}`);
console.log(`memory: ${memory.map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(' ')} MiB`);
await predictor.close();
bare.dispose();
rmSync(folder, { recursive: true, force: true });
