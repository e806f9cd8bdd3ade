/** Masks that a network learns and proposes, as a user has them. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { createMaskStore, identifyImage, iou, openMaskStore, type MaskStatus } from '@foveate/mask-store';
import type { ProposedMasks } from '@foveate/mask-tasks';
import { disc, side } from '../../../packages/segmentation/src/testing/discs.js';
import { readSegmenterConfig, trainMasks } from '@foveate/mask-tasks/train';
import { segmenterDefaults } from '@foveate/preset-default';
import { defaultRunner } from './runner.js';
import { commandLine } from './testing/command-line.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-masks-network-'));
afterAll(() => rmSync(root, { recursive: true }));

const foveate = commandLine(root, { COLUMNS: '100' });
const masks = (...args: readonly string[]) => foveate('masks', ...args);

const small = [
  'segmenter={id: unet, width: 4, depth: 2}',
  `training={size: [${String(side)}, ${String(side)}], epochs: 6, steps: 10, batchSize: 4, ema: {decay: 0.8}}`,
  'optimizer={id: adam, learningRate: 0.03}',
  'augment=[]',
];
const set = small.flatMap((one) => ['--set', one]);
const name = (number: number) => `part ${String(number).padStart(2, '0')}.png`;

async function draw(number: number, status: MaskStatus, area = 'disc'): Promise<void> {
  const store = await openMaskStore(join(root, 'store'));
  const mask = disc(number).areas['disc']!;
  const provenance = { source: 'manual', author: 'anna' } as const;
  await store.put(await identifyImage(store.imageRoot, name(number)), [{ kind: 'area', name: area, mask, status, provenance }]); // prettier-ignore
}

beforeAll(async () => {
  mkdirSync(join(root, 'images'));
  for (let number = 0; number < 14; number++) {
    writeFileSync(join(root, 'images', name(number)), await encodePng(disc(number).image));
  }
  await createMaskStore(join(root, 'store'), { images: join(root, 'images') });
});

describe('foveate masks train', () => {
  it('asks for masks, accepted ones', async () => {
    expect(masks('train', 'store', '--out', 'network')).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/DATA_INSUFFICIENT: .*no accepted mask.*masks import/),
    });
    await draw(0, 'proposed');
    expect(masks('train', 'store', '--out', 'network').stderr).toMatch(/1 masks that are only proposed.*masks accept/);
    expect(existsSync(join(root, 'network'))).toBe(false);
  });

  it('learns from them, and leaves out images of which not all is known', async () => {
    for (let number = 0; number < 8; number++) await draw(number, 'accepted');
    await draw(0, 'accepted', 'hub');
    const both = masks('train', 'store', '--out', 'network', ...set);
    expect(both).toMatchObject({ status: 3, stderr: expect.stringContaining('too few images') });
    expect(masks('train', 'store', '--out', 'network', '--name', 'disk', ...set).stderr).toContain("mean 'disc'");
    const { status, stdout, stderr } = masks(
      'train',
      'store',
      '--out',
      'network',
      '--name',
      'disc',
      '--overwrite',
      ...set,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Learns disc from 8 images.');
    expect(stdout).toMatch(/epoch 6\/6 .*IoU 0\.\d+/s);
    expect(stdout).toMatch(/Network +network\/segmenter\.onnx\nIoU +0\.\d+ on the images held out\n\nNext: foveate masks propose store network\n/); // prettier-ignore
    const record = JSON.parse(readFileSync(join(root, 'network', 'segmenter.json'), 'utf8')) as object;
    expect(record).toMatchObject({
      status: 'completed',
      areas: ['disc'],
      seed: 1,
      config: { segmenter: [{ id: 'unet' }] },
    });
    expect(masks('train', 'store', '--out', 'network', '--name', 'disc', ...set)).toMatchObject({ status: 4 });
  });

  it('holds images of one piece out together, and goes on where it was stopped', async () => {
    const config = await readSegmenterConfig(undefined, small, defaultRunner().setting, segmenterDefaults);
    const stop = new AbortController();
    const options = { folder: join(root, 'stopped'), areas: ['disc'], group: /^part (.)/ };
    // All numbers below 10 are one piece.
    const told: unknown[] = [];
    await expect(trainMasks(join(root, 'store'), config, options).forEach((event) => told.push(event))).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' }); // prettier-ignore
    const pieces = { ...options, overwrite: true, group: /^part .(\d)/ };
    await trainMasks(join(root, 'store'), config, { ...pieces, signal: stop.signal }).forEach((event) => {
      if (event.type === 'epoch') stop.abort();
    });
    expect(existsSync(join(root, 'stopped', 'segmenter.onnx'))).toBe(false);
    await trainMasks(join(root, 'store'), config, { ...pieces, overwrite: false, resume: true }).forEach(() => undefined); // prettier-ignore
    const whole = { ...pieces, folder: join(root, 'whole') };
    await trainMasks(join(root, 'store'), config, whole).forEach(() => undefined);
    const file = (folder: string) => readFileSync(join(root, folder, 'segmenter.onnx'));
    expect(file('stopped').equals(file('whole'))).toBe(true);
  });
});

describe('a training that cannot be', () => {
  const record = () => readFileSync(join(root, 'network', 'segmenter.json'), 'utf8');

  it('leaves what is there as it is', () => {
    const before = record();
    const again = (...more: readonly string[]) => masks('train', 'store', '--out', 'network', '--name', 'disc', ...set, ...more); // prettier-ignore
    expect(again('--resume', '--seed', '3')).toMatchObject({ status: 3, stderr: expect.stringContaining('RUN_INVALID') }); // prettier-ignore
    expect(record()).toBe(before);
    mkdirSync(join(root, 'classifier'));
    writeFileSync(join(root, 'classifier', 'run.json'), '{}');
    expect(masks('train', 'store', '--out', 'classifier', '--overwrite', ...set)).toMatchObject({ status: 4, stderr: expect.stringContaining('run of a classifier') }); // prettier-ignore
    writeFileSync(join(root, 'file'), '');
    expect(masks('train', 'store', '--out', 'file', ...set)).toMatchObject({ status: 4, stderr: expect.stringContaining('OUTPUT_UNWRITABLE') }); // prettier-ignore
  });

  it('says why', async () => {
    const swap = ['--set', 'augment=[background-swap]'];
    const { status, stderr } = masks('train', 'store', '--out', 'swapped', '--name', 'disc', ...set, ...swap);
    expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringMatching(/CONFIG_INVALID: augment\.0: .*parts of other images/) }); // prettier-ignore
    await draw(9, 'accepted', 'rim');
    expect(masks('train', 'store', '--out', 'x', '--name', 'rim', '--name', 'disc', ...set).stderr).toMatch(/No image has an accepted mask of all of disc, rim.*--name/s); // prettier-ignore
    expect(masks('train', 'store', '--out', 'network', '--name', 'disc', '--resume', ...set).stderr).toBe('');
    await draw(8, 'accepted');
    expect(masks('train', 'store', '--out', 'network', '--name', 'disc', '--resume', ...set).stderr).toContain('images or masks are not those'); // prettier-ignore
    const store = await openMaskStore(join(root, 'store'));
    await store.setStatus({ image: (await identifyImage(store.imageRoot, name(8))).hash, kind: 'area', name: 'disc' }, 'rejected'); // prettier-ignore
    expect(masks('propose', 'store', 'network', '--threshold', '0')).toMatchObject({ status: 2 });
  });
});

describe('foveate masks propose', () => {
  const propose = (...args: readonly string[]) =>
    JSON.parse(masks('propose', 'store', 'network', '--json', ...args).stdout) as ProposedMasks;

  it('marks what lacks a mask, the least certain first, with pictures', async () => {
    writeFileSync(join(root, 'images', 'torn.png'), 'no picture');
    writeFileSync(join(root, 'images', 'new\nline.png'), await encodePng(disc(20).image));
    expect(propose('--dry-run').images).toHaveLength(7);
    const { images, done, leftOut, network } = propose('--fill-holes');
    expect(images.map(({ path }) => path).sort()).toEqual([8, 9, 10, 11, 12, 13].map(name));
    const sure = images.map(({ confidence }) => confidence);
    expect(sure).toEqual([...sure].sort((a, b) => a - b));
    expect(done).toBe(8);
    expect(leftOut.list.map(({ path }) => path)).toEqual(['torn.png', 'new\\u000aline.png']);
    expect(masks('review', 'store', 'look', '--source', 'network').stdout).toBe('Pictures    6 in look\n');
    const pictures = readdirSync(join(root, 'look')).sort();
    expect(pictures[0]).toMatch(/^0\.\d{3} part \d\d\.png$/);
    expect(pictures.map((file) => file.slice(6))).toEqual(images.map(({ path }) => path));
    expect(masks('review', 'store', 'look', '--source', 'network')).toMatchObject({ status: 4 });
    expect(masks('review', 'store', 'images/look')).toMatchObject({ status: 2, stderr: expect.stringContaining('among the images') }); // prettier-ignore
    expect(masks('review', 'store', 'other', '--source', 'import').stderr).toContain("has the source 'import': there are manual, network"); // prettier-ignore
    expect(masks('accept', 'store', '--source', 'network', '--confidence', '1').stderr).toMatch(/highest confidence of the 6 masks is 0\.\d+/); // prettier-ignore
    const store = await openMaskStore(join(root, 'store'));
    const entries = [...store.entries({ status: 'proposed', source: 'network' })];
    expect(entries).toHaveLength(6);
    const ious: number[] = [];
    for (const entry of entries) {
      expect(entry).toMatchObject({ name: 'disc', provenance: { source: 'network', detail: network } });
      const number = Number(/\d+/.exec(store.image(entry.image)!.path));
      ious.push(iou(await store.read(entry), disc(number).areas['disc']!));
    }
    expect(ious.reduce((sum, one) => sum + one, 0) / ious.length).toBeGreaterThan(0.5);
  });

  it('does not say again what it said, whatever was said of it', () => {
    expect(masks('reject', 'store', name(8)).status).toBe(0);
    expect(propose()).toMatchObject({ images: [], done: 14 });
    expect(masks('propose', 'store', 'network', 'prat*').stderr).toContain('No image has such a path');
    expect(propose(name(0), '--replace').images).toMatchObject([{ path: name(0) }]);
    expect(masks('propose', 'store', 'network', '--name', 'rim', name(9)).stderr).toContain("no area 'rim'");
    expect(masks('propose', 'store', 'none')).toMatchObject({ status: 3, stderr: expect.stringContaining('PATH_MISSING') }); // prettier-ignore
  });
});
