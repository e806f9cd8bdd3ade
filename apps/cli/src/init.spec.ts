import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RunEvent } from '@foveate/contracts';
import { emptyMask, encodePng, fillPolygon } from '@foveate/image';
import { parse } from 'yaml';
import { Questions } from './init/questions.js';
import { main } from './main.js';
import { defaultRunner } from './runner.js';
import { commandLine } from './testing/command-line.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-init-'));
afterAll(() => rmSync(root, { recursive: true }));

const foveate = commandLine(root);

function write(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

let seed = 0;
/** A picture like no other. */
async function picture(path: string): Promise<void> {
  seed++;
  const data = Uint8Array.from({ length: 40 * 40 * 3 }, (_, i) => (((i / 3) | 0) * (seed + 3) * 7919) % 251);
  write(path, await encodePng({ width: 40, height: 40, channels: 3, data }));
}

const mask = await encodePng(fillPolygon(emptyMask(40, 40), [[18, 4], [24, 4], [24, 9], [18, 9]])); // prettier-ignore
const empty = await encodePng(emptyMask(40, 40));

/** Six pictures in a folder, and what else belongs to each. */
async function six(folder: string, also?: (name: string) => readonly [string, Uint8Array]): Promise<void> {
  for (let i = 0; i < 6; i++) {
    await picture(`${folder}/00${i}.png`);
    if (also !== undefined) write(...also(`00${i}`));
  }
}

/** Data sets by the source that reads them, how they are made, and what is to stand in the configuration. */
const trees: readonly [name: string, id: string, grow: (at: string) => Promise<void>, expected: object][] = [
  [
    'class folders',
    'folders',
    async (at) => {
      await six(`${at}/OK`);
      await six(`${at}/scratch`);
    },
    { source: { classes: { OK: 'good', scratch: 'scratch' } }, aoi: 'whole', label: { byGeometry: false } },
  ],
  [
    'class folders with masks beside the images',
    'folders',
    async (at) => {
      await six(`${at}/no_defect/Imgs`);
      await six(`${at}/dent/Imgs`, (name) => [`${at}/dent/Imgs/${name}_mask.png`, mask]);
    },
    { source: { classes: { 'no_defect/Imgs': 'good', 'dent/Imgs': 'dent' }, mask: '_mask.png' } },
  ],
  [
    'MVTec AD, a folder further in',
    'mvtec',
    async (at) => {
      await six(`${at}/zipper/train/good`);
      await six(`${at}/zipper/test/good`);
      await six(`${at}/zipper/test/rough`, (name) => [`${at}/zipper/ground_truth/rough/${name}_mask.png`, mask]);
    },
    { source: {} },
  ],
  [
    'MVTec AD 2',
    'mvtec-ad2',
    async (at) => {
      await six(`${at}/train/good`);
      await six(`${at}/test_public/good`);
      await six(`${at}/test_public/bad`, (name) => [`${at}/test_public/ground_truth/bad/${name}_mask.png`, mask]);
    },
    { source: {} },
  ],
  [
    'BTAD',
    'btad',
    async (at) => {
      await six(`${at}/train/ok`);
      await six(`${at}/test/ok`);
      await six(`${at}/test/ko`, (name) => [`${at}/ground_truth/ko/${name}.png`, mask]);
    },
    { source: {} },
  ],
  [
    'VisA',
    'visa',
    async (at) => {
      await six(`${at}/Data/Images/Normal`);
      await six(`${at}/Data/Images/Anomaly`, (name) => [`${at}/Data/Masks/Anomaly/${name}.png`, mask]);
    },
    { source: { root: '.', category: 'visa' } },
  ],
  [
    'KolektorSDD2',
    'kolektor-sdd2',
    async (at) => {
      await six(`${at}/train`, (name) => [`${at}/train/${name}_GT.png`, empty]);
      await six(`${at}/test`, (name) => [`${at}/test/${name}_GT.png`, mask]);
    },
    { source: {} },
  ],
  [
    'DAGM',
    'dagm',
    async (at) => {
      await six(`${at}/Class1/Train`);
      await six(`${at}/Class1/Test`, (name) => [`${at}/Class1/Test/Label/${name}_label.PNG`, mask]);
    },
    { source: {} },
  ],
  [
    'COCO',
    'coco',
    async (at) => {
      await six(`${at}/images`);
      const images = [0, 1, 2, 3, 4, 5].map((id) => ({ id, file_name: `00${id}.png`, width: 40, height: 40 }));
      const annotations = [0, 1, 2].map((id) => ({ id, image_id: id, category_id: 7, segmentation: [[9, 9, 20, 9, 20, 20]] })); // prettier-ignore
      const categories = [{ id: 7, name: 'scratch' }];
      write(`${at}/annotations/instances.json`, JSON.stringify({ images, annotations, categories }));
    },
    { source: { root: './coco/images', annotations: './coco/annotations/instances.json' } },
  ],
  [
    'a list with other names and semicolons',
    'manifest',
    async (at) => {
      await six(`${at}/a`);
      await six(`${at}/b`);
      const rows = [0, 1, 2, 3, 4, 5].flatMap((i) => [`a/00${i}.png;ok`, `b/00${i}.png;dent`]);
      write(`${at}/labels.csv`, `\uFEFFFile Name;Verdict\n${rows.join('\n')}\n`);
    },
    { source: { file: './manifest/labels.csv', delimiter: ';', columns: { image: 'File Name', type: 'Verdict' } } },
  ],
  [
    'train and test folders of classes',
    'industrial',
    async (at) => {
      for (const part of ['train', 'test']) for (const name of ['ok', 'crack']) await six(`${at}/${part}/${name}`);
    },
    { source: { good: 'ok' }, split: { test: 0 } },
  ],
  [
    'images and masks, some empty',
    'manifest',
    async (at) => {
      await six(`${at}/images`, (name) => [`${at}/masks/${name}.png`, name < '003' ? empty : mask]);
    },
    { source: { columns: { type: null } } },
  ],
  [
    'images and masks, a folder per class in both',
    'globs',
    async (at) => {
      await six(`${at}/images/good`);
      await six(`${at}/images/dent`, (name) => [`${at}/masks/dent/${name}_mask.png`, mask]);
    },
    { source: {} },
  ],
];

/** As quick as a training can be; in this thread. */
const tiny = [
  'data.size=32',
  'data.workers=0',
  'model={ id: custom-cnn, channels: [4, 4] }',
  'training={ epochs: 1, batchSize: 8 }',
  'explain={ id: grad-cam, images: 0 }',
];

describe('foveate init recognises', () => {
  it.each(trees)('%s, and what it writes trains', async (name, id, grow, expected) => {
    const at = ['visa', 'coco'].includes(id) || name.startsWith('a list') ? id : name.replaceAll(/\W+/g, '-');
    await grow(at);
    const said = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const file = join(root, `${at}.yaml`);
    await main(['init', join(root, at), '--out', file]);
    expect(said.mock.calls.join('')).toMatch(/foveate train --config .*\.yaml/);
    said.mockRestore();
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({
      data: { ...expected, source: { id, ...(expected as { source: object }).source } },
    });
    const runner = defaultRunner();
    let last: RunEvent | undefined;
    await runner.run(await runner.readConfig(file, tiny), { folder: join(root, 'runs', at) }).forEach((event) => {
      last = event;
    });
    expect(last).toMatchObject({ type: 'run-end', status: 'completed' });
  });
});

describe('foveate init', () => {
  beforeAll(async () => {
    await six('parts/A');
    await six('parts/B', (name) => [`parts/B/${name}_mask.png`, mask]);
  });

  it('asks nothing without a terminal, but says what is missing', () => {
    const { status, stderr } = foveate('init', 'parts', '--out', 'parts.yaml');
    expect(status).toBe(2);
    expect(stderr).toMatch(/CONFIG_INVALID: --good: .*A, B.*--good A/);
    expect(existsSync(join(root, 'parts.yaml'))).toBe(false);
    expect(foveate('init', 'parts', '--good', 'C').status).toBe(2);
  });

  it('writes a band with labels by geometry and the preset that uses it', () => {
    const made = foveate('init', 'parts', '--good', 'A', '--area', 'vertical', '--out', 'conf/parts.yaml', '--json');
    expect(JSON.parse(made.stdout)).toMatchObject({ source: 'folders', written: [join('conf', 'parts.yaml')] });
    expect(parse(readFileSync(join(root, 'conf/parts.yaml'), 'utf8'))).toMatchObject({
      data: {
        source: { root: expect.stringMatching(/^\.\.\/parts$/) },
        aoi: { shape: { direction: 'vertical' } },
        label: { byGeometry: { inside: 0.9 } },
      },
      preset: 'aoi',
    });
    const shown = foveate('train', '--config', 'conf/parts.yaml', '--show-config');
    expect(parse(shown.stdout)).toMatchObject({
      loss: { id: 'energy' },
      data: { augment: [{ id: 'background-swap' }, { id: 'defect-paste' }, { id: 'decoy' }, {}, {}] },
    });
    expect(foveate('dataset', 'inspect', 'conf/parts.yaml').status).toBe(0);
  });

  it('keeps what is there', () => {
    write('mine.yaml', 'mine');
    const refused = foveate('init', 'parts', '--good', 'A', '--out', 'mine.yaml', '--yes');
    expect(refused).toMatchObject({ status: 4, stdout: '' });
    expect(refused.stderr).toContain('OUTPUT_EXISTS');
    expect(readFileSync(join(root, 'mine.yaml'), 'utf8')).toBe('mine');
    expect(foveate('init', 'parts', '--good', 'A', '--out', 'mine.yaml', '--overwrite').status).toBe(0);
  });

  it('says what it saw and what it would recognise', () => {
    write('papers/a.pdf', '');
    const { status, stderr } = foveate('init', 'papers');
    expect(status).toBe(3);
    expect(stderr).toContain('a.pdf');
    expect(stderr).toContain('ground_truth/<defect>');
    expect(foveate('init', 'nowhere').stderr).toContain('PATH_MISSING');
  });
});

describe('Questions', () => {
  it('take numbers, names and empty answers, and ask again', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const questions = new Questions(input, output);
    input.end('\n  ./parts \n9\n2\nb\n\ny\n\n');
    expect(await questions.text('Where?', '.')).toBe('.');
    expect(await questions.text('Where?', '.')).toBe('./parts');
    expect(await questions.choice('Which?', ['a', 'b'])).toBe('b');
    expect(await questions.choice('Which?', ['a', 'b'])).toBe('b');
    expect(await questions.choice('Which?', ['a', 'b'])).toBe('a');
    expect([await questions.yes('Sure?'), await questions.yes('Sure?'), await questions.yes('Sure?')]).toEqual([true, false, false]); // prettier-ignore
    questions.close();
  });
});
