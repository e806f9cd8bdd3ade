/**
 * Reads and writes a large file of COCO: node tools/bench/coco.mjs [--polygons N] [--points N] [--images N]. Reading draws
 * every object, image by image. Each side is a process of its own, whose seconds and peak of resident memory are printed,
 * beside those of Node alone.
 */
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatOf, masksOf } from '../../packages/mask-formats/dist/index.js';

const { values } = parseArgs({
  options: {
    polygons: { type: 'string', default: '100000' },
    points: { type: 'string', default: '24' },
    images: { type: 'string', default: '5000' },
    side: { type: 'string' },
    file: { type: 'string', default: '' },
  },
});
const [polygons, points, images] = [values.polygons, values.points, values.images].map(Number);
const [width, height] = [640, 480];

/** The file, annotations first and those of an image far apart, which is the worst order. */
async function draw(path) {
  const out = createWriteStream(path);
  const put = (text) => (out.write(text) ? undefined : once(out, 'drain'));
  await put('{"annotations":[');
  for (let id = 0; id < polygons; id++) {
    const [x, y, radius] = [(id * 7919) % width, (id * 104729) % height, 5 + (id % 40)];
    const ring = Array.from({ length: points }, (_, k) => {
      const [angle, reach] = [(2 * Math.PI * k) / points, radius * (1 + 0.2 * Math.sin(5 * k))];
      return [(x + reach * Math.cos(angle)).toFixed(2), (y + reach * Math.sin(angle)).toFixed(2)];
    });
    const segmentation = `[[${ring.join(',')}]]`;
    await put(`${id === 0 ? '' : ',\n'}{"id":${id},"image_id":${id % images},"category_id":${id % 5},"iscrowd":0,"segmentation":${segmentation}}`); // prettier-ignore
  }
  const entries = Array.from({ length: images }, (_, id) => ({ id, file_name: `${id}.jpg`, width, height }));
  const categories = Array.from({ length: 5 }, (_, id) => ({ id, name: `label ${id}` }));
  await put(`],"images":${JSON.stringify(entries)},"categories":${JSON.stringify(categories)}}`);
  out.end();
  await once(out, 'finish');
}

async function* masked() {
  for await (const image of formatOf('coco').read(values.file)) {
    const masks = [...masksOf(image, { width, height })].map(([label, mask]) => ({ label, mask }));
    yield { file: image.file, width, height, masks };
  }
}

async function side(name) {
  const start = performance.now();
  let objects = 0;
  if (name === 'read') for await (const image of formatOf('coco').read(values.file)) objects += image.objects.length;
  if (name === 'draw') for await (const image of masked()) objects += image.masks.length;
  if (name === 'write') ({ objects } = await formatOf('coco').write(`${values.file}.out`, masked()));
  const memory = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  const { user, system } = process.cpuUsage();
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of a processor`;
  console.log(`${name.padEnd(7)} ${objects} objects, ${seconds}, peak of resident memory ${memory} MiB`);
}

if (values.side !== undefined) await side(values.side);
else {
  const folder = mkdtempSync(join(tmpdir(), 'bench-coco-'));
  try {
    const file = join(folder, 'instances.json');
    await draw(file);
    console.log(
      `${polygons} polygons of ${points} points on ${images} images, ${(statSync(file).size / 2 ** 20).toFixed(0)} MiB`,
    );
    for (const name of ['nothing', 'read', 'draw', 'write']) {
      const args = [fileURLToPath(import.meta.url), '--side', name, '--file', file];
      process.stdout.write(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
