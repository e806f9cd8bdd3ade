import { onnxEngine } from '@foveate/engine-onnx';
import { encodePng } from '@foveate/image';
import { diceCe } from '@foveate/loss-dice';
import { unetSegmenter } from '@foveate/models';
import { adamOptimizer } from '@foveate/optimizers';
import { segmenterFile, trainSegmenter } from '@foveate/segmentation';
import { buildPlugin } from '@foveate/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Mask, Raster } from '@foveate/contracts';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { disc, side } from '../../segmentation/src/testing/discs.js';
import { finishedMask, maskFinish, openSegmenter } from './index.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-propose-'));
const file = join(root, segmenterFile);
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeAll(async () => {
  const engine = onnxEngine({ threads: 1 });
  const training = trainSegmenter({
    images: Array.from({ length: 8 }, (_, i) => {
      const one = disc(i);
      const data = one.areas['disc']!.data.map((value) => 255 - value);
      return { ...one, areas: { ...one.areas, ground: { ...one.areas['disc']!, data } } };
    }),
    engine,
    segmenter: await buildPlugin(unetSegmenter, { width: 4, depth: 2 }),
    loss: await buildPlugin(diceCe),
    optimizer: adamOptimizer({ learningRate: 0.03 }),
    augmentations: [],
    settings: { size: [side, side], epochs: 5, steps: 10, batchSize: 4, ema: { decay: 0.8 } },
    seed: 1,
    folder: root,
  });
  await lastValueFrom(training);
  engine.dispose();
});

function iou(a: Mask, b: Mask): number {
  let [both, either] = [0, 0];
  a.data.forEach((value, i) => {
    if (value !== 0 && b.data[i] !== 0) both++;
    if (value !== 0 || b.data[i] !== 0) either++;
  });
  return both / either;
}

describe('openSegmenter', () => {
  it('proposes every area of unseen images with a confidence near the IoU', async () => {
    const segmenter = await openSegmenter(root, { threads: 1 });
    expect(segmenter).toMatchObject({ areas: ['disc', 'ground'], height: side, width: side });
    const unseen = [100, 101, 102].map(disc);
    const proposals = await segmenter.proposeAll(unseen.map(({ image }) => image));
    proposals.forEach(({ disc: found, ground }, i) => {
      const truth = unseen[i]!.areas['disc']!;
      expect(iou(found!.mask, truth)).toBeGreaterThan(0.75);
      expect(Math.abs(found!.confidence - iou(found!.mask, truth))).toBeLessThan(0.25);
      expect(ground!.confidence).toBeGreaterThan(0.5);
    });
    const [alone] = [await segmenter.propose(unseen[1]!.image)];
    expect(alone['disc']!.mask).toEqual(proposals[1]!['disc']!.mask);
    segmenter.close();
  });

  it('gives masks the size of the image, and takes grey images and bytes of a file', async () => {
    const segmenter = await openSegmenter(readFileSync(file), { threads: 1, finish: { fillHoles: true, largest: 1 } });
    const { image } = disc(103);
    const twice = new Uint8Array(4 * side * side);
    for (let i = 0; i < twice.length; i++) {
      const [x, y] = [i % (2 * side), Math.floor(i / (2 * side))];
      twice[i] = image.data[3 * (Math.floor(y / 2) * side + Math.floor(x / 2))]!;
    }
    const large: Raster = { width: 2 * side, height: 2 * side, channels: 1, data: twice };
    const { mask } = (await segmenter.propose(large))['disc']!;
    expect([mask.width, mask.height, mask.data.length]).toEqual([2 * side, 2 * side, 4 * side * side]);
    expect(new Set(mask.data)).toEqual(new Set([0, 255]));
    expect(await segmenter.proposeAll([])).toEqual([]);
    await expect(segmenter.propose({ ...large, data: twice.subarray(1) })).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
    segmenter.close();
  });

  it('says what is wrong with what is no segmenter', async () => {
    await expect(openSegmenter(join(root, 'nothing'))).rejects.toMatchObject({ code: 'PATH_MISSING' });
    mkdirSync(join(root, 'empty'));
    await expect(openSegmenter(join(root, 'empty'))).rejects.toMatchObject({ code: 'RUN_INVALID' });
    writeFileSync(join(root, 'image.onnx'), await encodePng(disc(0).image));
    await expect(openSegmenter(join(root, 'image.onnx'))).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
    // A calibration that falls, in a file that is whole otherwise.
    const text = readFileSync(file).toString('latin1');
    const broken = text.replace(/"calibration":\[\[\[0,/, '"calibration":[[[1,');
    expect(broken).not.toBe(text);
    await expect(openSegmenter(Buffer.from(broken, 'latin1'))).rejects.toThrow('no segmentation network');
    await expect(openSegmenter(file, { finish: { threshold: 2 } })).rejects.toThrow('threshold');
  });
});

describe('finishedMask', () => {
  /** Digits are tenths. */
  const probability = (...rows: string[]): Raster => ({
    width: rows[0]!.length,
    height: rows.length,
    channels: 1,
    data: Uint8Array.from(rows.join(''), (digit) => Math.round(25.5 * Number(digit))),
  });
  const finished = (raster: Raster, finish: object) =>
    Array.from(finishedMask(raster, maskFinish.parse(finish)).data, (value) => (value === 255 ? '#' : '.'))
      .join('')
      .match(new RegExp(`.{${String(raster.width)}}`, 'g'));

  it('cuts at the threshold, which is inside', () => {
    expect(finished(probability('0459'), {})).toEqual(['..##']);
    expect(finished(probability('0459'), { threshold: 0.9 })).toEqual(['...#']);
  });

  it('smooths, fills, and then leaves parts out', () => {
    const raster = probability('99990009', '90090000', '99990000', '00000099');
    expect(finished(raster, { fillHoles: true })).toEqual(['####...#', '####....', '####....', '......##']);
    expect(finished(raster, { fillHoles: true, largest: 1 })).toEqual(['####....', '####....', '####....', '........']);
    expect(finished(raster, { least: 2 / 32 })).toEqual(['####....', '#..#....', '####....', '......##']);
    expect(finished(probability('000', '090', '000'), { smoothing: 1 })).toEqual(['...', '...', '...']);
  });
});
