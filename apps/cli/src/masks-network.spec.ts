/** Masks that a network learns and proposes, as a user has them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { createMaskStore, identifyImage, iou, openMaskStore, type MaskStatus } from '@foveate/mask-store';
import type { ProposedMasks } from '@foveate/pipeline/masks';
import { disc, side } from '../../../packages/segmentation/src/testing/discs.js';
import { defaultRunner } from './runner.js';

const bin = fileURLToPath(new URL('../bin/foveate.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'foveate-masks-network-'));
afterAll(() => rmSync(root, { recursive: true }));

function masks(...args: readonly string[]) {
  const env = { ...process.env, COLUMNS: '100' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'masks', ...args], { cwd: root, encoding: 'utf8', env }); // prettier-ignore
  return { status, stdout, stderr };
}

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
    expect(stdout).toMatch(/epoch 6\/6 .*IoU 0\.\d+/s);
    expect(stdout).toMatch(/Network +network\/segmenter\.onnx\nIoU +0\.\d+ on the images held out\n\nNext: foveate masks propose store network/); // prettier-ignore
    const record = JSON.parse(readFileSync(join(root, 'network', 'segmenter.json'), 'utf8')) as object;
    expect(record).toMatchObject({ status: 'completed', areas: ['disc'], seed: 1, config: { store: 'store' } });
    expect(masks('train', 'store', '--out', 'network', '--name', 'disc', ...set)).toMatchObject({ status: 4 });
  });

  it('holds images of one piece out together, and goes on where it was stopped', async () => {
    const runner = defaultRunner();
    const config = await runner.readSegmenterConfig(undefined, small);
    const stop = new AbortController();
    const options = { folder: join(root, 'stopped'), areas: ['disc'], group: /^part (.)/ };
    // All numbers below 10 are one piece.
    const told: unknown[] = [];
    await expect(runner.trainMasks(join(root, 'store'), config, options).forEach((event) => told.push(event))).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' }); // prettier-ignore
    const pieces = { ...options, overwrite: true, group: /^part .(\d)/ };
    await runner.trainMasks(join(root, 'store'), config, { ...pieces, signal: stop.signal }).forEach((event) => {
      if (event.type === 'epoch') stop.abort();
    });
    expect(existsSync(join(root, 'stopped', 'segmenter.onnx'))).toBe(false);
    await runner.trainMasks(join(root, 'store'), config, { ...pieces, overwrite: false, resume: true }).forEach(() => undefined); // prettier-ignore
    const whole = { ...pieces, folder: join(root, 'whole') };
    await runner.trainMasks(join(root, 'store'), config, whole).forEach(() => undefined);
    const file = (folder: string) => readFileSync(join(root, folder, 'segmenter.onnx'));
    expect(file('stopped').equals(file('whole'))).toBe(true);
  });
});

describe('foveate masks propose', () => {
  const propose = (...args: readonly string[]) =>
    JSON.parse(masks('propose', 'store', 'network', '--json', ...args).stdout) as ProposedMasks;

  it('marks what lacks a mask, the least certain first, with pictures', async () => {
    writeFileSync(join(root, 'images', 'torn.png'), 'no picture');
    expect(propose('--dry-run').images).toHaveLength(6);
    const { images, done, leftOut, network } = propose('--review', 'look', '--fill-holes');
    expect(images.map(({ path }) => path).sort()).toEqual([8, 9, 10, 11, 12, 13].map(name));
    const sure = images.map(({ confidence }) => confidence);
    expect(sure).toEqual([...sure].sort((a, b) => a - b));
    expect(done).toBe(8);
    expect(leftOut.list).toMatchObject([{ path: 'torn.png' }]);
    expect(readdirSync(join(root, 'look'))[0]).toMatch(/^0\.\d{3} part \d\d\.png$/);
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
    expect(propose(name(0), '--replace').images).toMatchObject([{ path: name(0) }]);
    expect(masks('propose', 'store', 'network', '--name', 'rim', name(9)).stderr).toContain("no area 'rim'");
    expect(masks('propose', 'store', 'none')).toMatchObject({ status: 3, stderr: expect.stringContaining('PATH_MISSING') }); // prettier-ignore
  });
});
