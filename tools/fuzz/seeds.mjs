/** Sound files of every kind, which the fuzz run damages. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeJpeg, encodePng } from '@foveate/image';
import { encodeSafetensors } from '@foveate/tensor';

/** A library of one of the packages, which npm puts where all find it. */
const library = (name) => import(name);

const config = {
  seed: 3,
  data: {
    source: { id: 'synthetic-zipper', good: 24, defective: 24, size: 64 },
    size: 32,
    augment: ['flip-horizontal'],
  },
  model: { id: 'custom-cnn', channels: [4, 4] },
  loss: { id: 'ceod', omega: 1 },
  training: { epochs: 1, batchSize: 8, logs: ['jsonl', 'csv'] },
  explain: { id: 'grad-cam', images: 2 },
};

/** Writes them. @returns lists of `{ kind, file }`, and the configuration of a run */
export async function makeSeeds(folder) {
  mkdirSync(folder, { recursive: true });
  const files = [];
  const add = (kind, name, content) => {
    writeFileSync(join(folder, name), content);
    files.push({ kind, file: join(folder, name) });
  };
  add('config', 'a.json', JSON.stringify(config, null, 1));
  add(
    'config',
    'b.yaml',
    'seed: 1\ndata: &d\n  source: { id: folders, root: ., classes: { good: good } }\n  size: [32, 32]\nloss: ce\nplugins: []\n',
  );
  await images(add);
  await weights(folder, add);
  await annotations(folder, files);
  return { files, config: join(folder, 'a.json') };
}

async function images(add) {
  const { default: sharp } = await library('sharp');
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, at) => (at * 7919) % 251);
  const raster = { width: 40, height: 30, channels: 3, data };
  add('image', 'i.png', await encodePng(raster));
  add('image', 'i.jpg', await encodeJpeg(raster));
  const open = () => sharp(data, { raw: { width: 40, height: 30, channels: 3 } });
  add('image', 'i.tif', await open().tiff({ compression: 'lzw' }).toBuffer());
  add('image', 'i.webp', await open().webp().toBuffer());
  add('image', 'i.gif', await open().gif().toBuffer());
  const bmp = Buffer.alloc(54 + 40 * 30 * 3, 99);
  bmp.write('BM');
  for (const [at, value] of [[2, bmp.length], [10, 54], [14, 40], [18, 40], [22, 30]]) bmp.writeUInt32LE(value, at); // prettier-ignore
  bmp.writeUInt16LE(1, 26);
  bmp.writeUInt16LE(24, 28);
  bmp.fill(0, 30, 54);
  add('image', 'i.bmp', bmp);
}

async function weights(folder, add) {
  const values = Float32Array.from({ length: 54 }, (_, at) => at / 7);
  const tensor = { dtype: 'float32', shape: [2, 3, 3, 3], data: values };
  add('weights', 'w.safetensors', encodeSafetensors({ 'conv.weight': tensor, 'fc.bias': tensor }, { format: 'pt' }));
  add('weights', 'w.pth', legacyPth(Buffer.from(values.buffer)));
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (54,), }".padEnd(117) + '\n';
  add(
    'weights',
    'w.npy.folder',
    Buffer.concat([Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'), Buffer.from(header), Buffer.from(values.buffer)]),
  );
  const manifest = [{ paths: ['w.bin'], weights: [{ name: 'a', shape: [54], dtype: 'float32' }] }];
  // Beside the manifest, and damaged with it: not a seed of its own.
  writeFileSync(join(folder, 'w.bin'), Buffer.from(values.buffer));
  add('weights', 'model.json', JSON.stringify({ modelTopology: {}, weightsManifest: manifest }));
  const h5 = await library('h5wasm');
  const { FS } = await h5.ready;
  const file = new h5.File('seed.h5', 'w');
  const group = file.create_group('layers').create_group('dense').create_group('vars');
  group.create_dataset({ name: '0', data: values, shape: [54], dtype: '<f4' });
  file.close();
  add('weights', 'w.weights.h5', FS.readFile('seed.h5'));
}

/** What PyTorch wrote before 1.6: five pickles, then the storage. */
function legacyPth(storage) {
  const text = (value) => [0x58, value.length, 0, 0, 0, ...Buffer.from(value)];
  const integer = (value) => [0x4a, value, 0, 0, 0];
  const global = (module, name) => [0x63, ...Buffer.from(`${module}\n${name}\n`)];
  const tuple = (...items) => [0x28, ...items.flat(), 0x74];
  const view = [
    ...global('torch._utils', '_rebuild_tensor_v2'),
    ...tuple(
      [...tuple(text('storage'), global('torch', 'FloatStorage'), text('0'), text('cpu'), integer(54)), 0x51],
      integer(0),
      tuple(integer(54)),
      tuple(integer(1)),
      [0x89],
      [...global('collections', 'OrderedDict'), 0x29, 0x52],
    ),
    0x52,
  ];
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const parts = [
    magic,
    [0x4d, 0xe9, 3],
    [0x7d],
    [0x7d, 0x28, ...text('fc.weight'), ...view, 0x75],
    [0x5d, 0x28, ...text('0'), 0x65],
  ];
  const length = Buffer.alloc(8);
  length.writeUInt32LE(54);
  return Buffer.concat([...parts.map((part) => Buffer.from([0x80, 2, ...part, 0x2e])), length, storage]);
}

/** Data sets of a dozen images, described by COCO, a table and JSON Lines; each in a folder of its own. */
async function annotations(folder, files) {
  const pictures = join(folder, 'pictures');
  mkdirSync(pictures, { recursive: true });
  const names = Array.from({ length: 12 }, (_, at) => `${at}.png`);
  for (const [at, name] of names.entries()) {
    const data = Uint8Array.from({ length: 32 * 32 * 3 }, (_, pixel) => (pixel * (at + 3) * 7919) % 251);
    writeFileSync(join(pictures, name), await encodePng({ width: 32, height: 32, channels: 3, data }));
  }
  const coco = {
    images: names.map((file_name, id) => ({ id, file_name, width: 32, height: 32 })),
    categories: [{ id: 1, name: 'scratch' }],
    annotations: [1, 3, 5, 7].map((image_id, id) => ({
      id,
      image_id,
      category_id: 1,
      bbox: [2, 2, 20, 20],
      segmentation: [[2, 2, 20, 2, 20, 20, 2, 20]],
    })),
  };
  const rows = names.map((image, at) => ({ image, type: at % 2 === 0 ? '' : 'scratch' }));
  const sets = {
    'coco.json': [JSON.stringify(coco), { id: 'coco', root: '.', annotations: 'coco.json' }],
    'list.csv': [
      `image,type\n${rows.map(({ image, type }) => `${image},${type}\n`).join('')}`,
      { id: 'manifest', file: 'list.csv' },
    ],
    'list.jsonl': [rows.map((row) => `${JSON.stringify(row)}\n`).join(''), { id: 'manifest', file: 'list.jsonl' }],
  };
  for (const [name, [text, source]] of Object.entries(sets)) {
    const own = join(folder, `set-${name}`);
    cpSync(pictures, own, { recursive: true });
    writeFileSync(join(own, name), text);
    writeFileSync(
      join(own, 'config.json'),
      JSON.stringify({ data: { source, aoi: 'whole', label: { id: 'aoi', byGeometry: false }, size: 32 } }),
    );
    files.push({ kind: 'annotations', file: join(own, name) });
  }
}

/** Files of a run folder that are worth damaging. */
export function filesOfRun(run) {
  const wanted = /^(run\.json|config\.yaml|samples\.jsonl|predictions\.jsonl|best\.safetensors|last\.safetensors)$/;
  const pictures = readdirSync(join(run, 'explanations')).map((name) => `explanations/${name}`);
  return [...readdirSync(run).filter((name) => wanted.test(name)), ...pictures.slice(0, 2)];
}

/** Whether a file is text, and its content. */
export function contentOf(file) {
  const bytes = readFileSync(file);
  return { isText: /\.(json|jsonl|yaml|csv)$/.test(file), bytes };
}
