/** Our own plugins keep the contract that the test kit checks. Models are checked in zoo.spec.ts. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LabelledSample, Plugin, PluginKind } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { encodePng } from '@foveate/image';
import * as testkit from '@foveate/testkit';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultPlugins } from './index.js';

const engines = [onnxEngine({ threads: 2 }), tfjsEngine()] as const;
const folder = mkdtempSync(join(tmpdir(), 'foveate-conformance-'));
afterAll(() => {
  for (const engine of engines) engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Four images and the mask of one of them, in the places that layouts want them. */
beforeAll(async () => {
  const data = Uint8Array.from({ length: 16 * 12 * 3 }, (_, i) => (i * 7) % 256);
  const image = await encodePng({ width: 16, height: 12, channels: 3, data });
  const mask = await encodePng({ width: 16, height: 12, channels: 1, data: Uint8Array.from({ length: 192 }, (_, i) => (i % 16 < 4 ? 255 : 0)) }); // prettier-ignore
  const files: Readonly<Record<string, Uint8Array>> = {
    'ok/1.png': image,
    'ok/2.png': image,
    'nok/3.png': image,
    'masks/nok/3.png': mask,
    'list.csv': Buffer.from('image,type,mask\nok/1.png,good,\nnok/3.png,scratch,masks/nok/3.png\n'),
  };
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
});

const of = <K extends PluginKind>(kind: K) =>
  (defaultPlugins as readonly Plugin[])
    .filter((plugin): plugin is Plugin<K> => plugin.meta.kind === kind)
    .map((plugin) => [plugin.meta.id, plugin] as const);
const setting = { plugins: defaultPlugins, baseFolder: folder };

describe('losses', () => {
  it.each(of('loss'))('%s', async (id, plugin) => {
    // Off both clips, where the gradient would be zero.
    const options = id === 'ceod' ? { omega: 1, maskKernel: 0.1 } : {};
    await expect(testkit.checkLoss(plugin, { ...setting, engines, options })).resolves.toBeUndefined();
  });
});

describe('explainers', () => {
  const few: Readonly<Record<string, object>> = {
    'score-cam': { maps: 3 },
    'integrated-gradients': { steps: 2 },
    occlusion: { steps: 2 },
  };
  it.each(of('explainer'))('%s', async (id, plugin) => {
    const options = few[id] ?? {};
    await expect(testkit.checkExplainer(plugin, { ...setting, engines, options })).resolves.toBeUndefined();
  });
});

describe('metrics', () => {
  it.each(of('metric'))('%s', async (_, plugin) => {
    await expect(testkit.checkMetric(plugin, setting)).resolves.toBeUndefined();
  });
});

describe('augmentations', () => {
  it.each(of('augmentation'))('%s', async (id, plugin) => {
    const options = id === 'one-of' ? { of: ['noise', 'flip-horizontal'] } : { probability: 1 };
    await expect(testkit.checkAugmentation(plugin, { ...setting, options })).resolves.toBeUndefined();
  });
});

describe('labellers', () => {
  it.each(of('labeller'))('%s', async (_, plugin) => {
    await expect(testkit.checkLabeller(plugin, setting)).resolves.toBeUndefined();
  });
});

describe('splitters', () => {
  const assigned = Array.from({ length: 30 }, (_, i): LabelledSample => ({
    id: `${i}`,
    defectTypes: i % 2 === 0 ? [] : ['scratch'],
    label: i % 2 === 0 ? 0 : 1,
    reason: 'given',
    split: i < 16 ? 'train' : i < 22 ? 'validation' : 'test',
  }));

  const free = assigned.map(({ split, ...sample }) => ({ ...sample, group: `${split}${sample.id.slice(-1)}` }));

  it.each(of('splitter'))('%s', async (id, plugin) => {
    const samples = id === 'source' ? { samples: assigned } : id === 'k-fold' ? { samples: free } : {};
    await expect(testkit.checkSplitter(plugin, { ...setting, ...samples })).resolves.toBeUndefined();
  });
});

/** Sources whose layout is quickly drawn; layouts.spec.ts of the dataset package has the others. */
const options: Readonly<Record<string, object>> = {
  folders: { root: '.', classes: { ok: 'good', nok: 'scratch' }, mask: { folder: 'masks' } },
  manifest: { file: 'list.csv' },
  'synthetic-zipper': { size: 64 },
};

describe('sources', () => {
  it.each(of('source').filter(([id]) => id in options))('%s', async (id, plugin) => {
    const given = { ...setting, options: options[id]!, decoded: 3 };
    await expect(testkit.checkSource(plugin, given)).resolves.toBeUndefined();
  });
});
