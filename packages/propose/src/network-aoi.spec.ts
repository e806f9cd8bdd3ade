import { onnxEngine } from '@foveate/engine-onnx';
import { diceCe } from '@foveate/loss-dice';
import { unetSegmenter } from '@foveate/models';
import { adamOptimizer } from '@foveate/optimizers';
import { trainSegmenter } from '@foveate/segmentation';
import { buildPlugin } from '@foveate/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { disc, side } from '../../segmentation/src/testing/discs.js';
import { networkAoi } from './network-aoi.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-network-aoi-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeAll(async () => {
  const engine = onnxEngine({ threads: 1 });
  const training = trainSegmenter({
    images: Array.from({ length: 8 }, (_, i) => disc(i)),
    engine,
    segmenter: await buildPlugin(unetSegmenter, { width: 4, depth: 2 }),
    loss: await buildPlugin(diceCe),
    optimizer: adamOptimizer({ learningRate: 0.03 }),
    augmentations: [],
    settings: { size: [side, side], epochs: 4, steps: 10, batchSize: 4, ema: { decay: 0.8 } },
    seed: 1,
    folder: join(root, 'network'),
  });
  await lastValueFrom(training);
  engine.dispose();
});

const open = (options: object = {}) => buildPlugin(networkAoi, { path: 'network', ...options }, { baseFolder: root });
const sample = { id: 'part 7', defectTypes: [] };
const { image } = disc(100);

/** Files of the cache, below their folders. */
const kept = () =>
  readdirSync(join(root, 'network', 'proposals'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('network', () => {
  it('gives what the network marks, and says who it was and how sure', async () => {
    const aoi = await (await open({ leastConfidence: 0 })).areaOfInterest(sample, { image, defects: [] });
    expect([aoi.width, aoi.height]).toEqual([side, side]);
    expect(new Set(aoi.data)).toEqual(new Set([0, 255]));
    expect(aoi.origin).toMatchObject({ source: 'network', detail: expect.stringMatching(/^network [0-9a-f]{12}$/) });
    expect(aoi.origin!.confidence).toBeGreaterThan(0);
  });

  it('remembers images by their content, and looks again where memory is broken or may not be used', async () => {
    const provider = await open({ leastConfidence: 0 });
    const first = await provider.areaOfInterest(sample, { image, defects: [] });
    const [file, ...others] = kept();
    expect(others).toEqual([]);
    // What is remembered is what is given.
    const entry = JSON.parse(readFileSync(file!, 'utf8')) as Record<string, { confidence: number }>;
    entry['disc']!.confidence = 0.125;
    writeFileSync(file!, JSON.stringify(entry));
    const again = await provider.areaOfInterest({ ...sample, id: 'renamed' }, { image, defects: [] });
    expect(again).toEqual({ ...first, origin: { ...first.origin, confidence: 0.125 } });
    for (const broken of ['{', '{}', '{"disc":{"confidence":2,"png":""}}', '{"disc":{"confidence":1,"png":"aaaa"}}']) {
      writeFileSync(file!, broken);
      expect(await provider.areaOfInterest(sample, { image, defects: [] })).toEqual(first);
    }
    const without = await open({ leastConfidence: 0, cache: false });
    await without.areaOfInterest(sample, { image: disc(101).image, defects: [] });
    expect(kept()).toHaveLength(1);
    // Another finish gives other masks.
    const filled = await open({ leastConfidence: 0, finish: { fillHoles: true } });
    await filled.areaOfInterest(sample, { image, defects: [] });
    expect(kept()).toHaveLength(2);
  });

  it('does without memory where it cannot write', async () => {
    rmSync(join(root, 'network', 'proposals'), { recursive: true });
    writeFileSync(join(root, 'network', 'proposals'), 'a file in the way');
    chmodSync(join(root, 'network', 'proposals'), 0o444);
    const aoi = await (await open({ leastConfidence: 0 })).areaOfInterest(sample, { image, defects: [] });
    expect(aoi.data).toContain(255);
    rmSync(join(root, 'network', 'proposals'));
  });

  it('gives nothing that it is not sure of, nothing empty, and no area that it does not know', async () => {
    const strict = await open({ leastConfidence: 1 });
    await expect(strict.areaOfInterest(sample, { image, defects: [] })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { reason: 'aoi-unsure' },
    });
    const high = await open({ leastConfidence: 0, finish: { least: 1 } });
    await expect(high.areaOfInterest(sample, { image, defects: [] })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { reason: 'aoi-empty' },
    });
    await expect(open({ area: 'disk' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining("Did you mean 'disc'?"),
    });
    await expect(open({ path: 'nothing' })).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });
});
