import { flipHorizontal, rotate90 } from '@foveate/augment';
import { segmenterKey, type RunEvent, type SegmenterRecord } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { onnxMetadata } from '@foveate/engine-onnx/open';
import { diceCe } from '@foveate/loss-dice';
import { unetSegmenter } from '@foveate/models';
import { adamOptimizer } from '@foveate/optimizers';
import { interpolated } from '@foveate/statistics';
import { buildPlugin } from '@foveate/testkit';
import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, tap, toArray } from 'rxjs';
import { calibrated } from './calibrate.js';
import { segmenterFile, segmenterRunFile, trainSegmenter, type SegmenterRun } from './index.js';
import { disc, side } from './testing/discs.js';

const engine = onnxEngine({ threads: 1 });
const root = mkdtempSync(join(tmpdir(), 'foveate-segmentation-'));
afterAll(() => {
  engine.dispose();
  rmSync(root, { recursive: true, force: true });
});

const images = [0, 1, 2, 3, 4, 5].map(disc);
const settings = { size: [side, side] as [number, number], epochs: 5, steps: 10, batchSize: 4, ema: { decay: 0.8 } };

async function run(name: string, more: object = {}, onEvent: (event: RunEvent) => void = () => undefined) {
  const options = {
    images,
    engine,
    segmenter: await buildPlugin(unetSegmenter, { width: 4, depth: 2 }),
    loss: await buildPlugin(diceCe),
    optimizer: adamOptimizer({ learningRate: 0.03 }),
    augmentations: [await buildPlugin(flipHorizontal), await buildPlugin(rotate90)],
    settings,
    seed: 1,
    folder: join(root, name),
    ...more,
  };
  return lastValueFrom(trainSegmenter(options).pipe(tap(onEvent), toArray()));
}

const recordOf = (name: string) => JSON.parse(readFileSync(join(root, name, segmenterRunFile), 'utf8')) as SegmenterRun;

describe('trainSegmenter', () => {
  it('learns to mark discs and writes network, record and calibration', async () => {
    const events = await run('whole');
    const measured = events.at(-1)!;
    expect(measured.type).toBe('measured');
    const { iou } = (measured as unknown as { measures: { iou: number } }).measures;
    expect(iou).toBeGreaterThan(0.8);
    const record = recordOf('whole');
    expect(record).toMatchObject({ status: 'completed', areas: ['disc'] });
    expect([record.images.training.length, record.images.validation.length]).toEqual([4, 2]);
    const best = record.epochs.find(({ epoch }) => epoch === record.bestEpoch);
    expect(best?.validation.metrics!['iou']).toBeCloseTo(iou, 3);
    expect(Math.max(...record.epochs.map(({ validation }) => validation.metrics!['iou'] as number))).toBeCloseTo(
      iou,
      3,
    );
    const told = onnxMetadata(readFileSync(join(root, 'whole', segmenterFile)))[segmenterKey];
    expect(JSON.parse(told!) as SegmenterRecord).toEqual({
      version: 1,
      areas: ['disc'],
      calibration: record.calibration,
    });
  });

  it('goes on where it was interrupted, to the same network', async () => {
    const stop = new AbortController();
    const events = await run('resumed', { signal: stop.signal }, (event) => {
      if (event.type === 'step' && event.epoch === 2 && event.step === 3) stop.abort();
    });
    expect(events.at(-1)).toMatchObject({ type: 'interrupted', epoch: 2 });
    expect(recordOf('resumed')).toMatchObject({ status: 'interrupted', calibration: null });
    await run('resumed', { resume: true });
    expect(recordOf('resumed').bestEpoch).toBe(recordOf('whole').bestEpoch);
    expect(readFileSync(join(root, 'resumed', segmenterFile))).toEqual(
      readFileSync(join(root, 'whole', segmenterFile)),
    );
  });

  it('does not go on with other masks', async () => {
    await expect(run('resumed', { resume: true, images: images.slice(1) })).rejects.toMatchObject({
      code: 'RUN_INVALID',
    });
  });

  it('refuses too few images', async () => {
    await expect(run('few', { images: images.slice(0, 2) })).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
  });
});

describe('calibrated', () => {
  it('rises from 0 to 1 for each area, through the IoUs seen', () => {
    const seen = [0.6, 0.7, 0.8, 0.9].flatMap((certainty, index) => [
      { id: '', area: 0, certainty, iou: certainty - 0.3 },
      { id: '', area: 1, certainty, iou: index % 2 === 0 ? 0.9 : 0.5 },
    ]);
    const knots = calibrated(seen, 2);
    expect(interpolated(knots[0]!, 0.7)).toBeCloseTo(0.4, 6);
    for (const ofArea of knots) {
      const values = Array.from({ length: 101 }, (_, i) => interpolated(ofArea, i / 100));
      values.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(values[i - 1] ?? 0);
        expect(value).toBeLessThanOrEqual(1);
      });
    }
    expect(interpolated(knots[1]!, 0.75)).toBeCloseTo(0.7, 6);
  });
});
