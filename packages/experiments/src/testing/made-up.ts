/** Finished runs made up for the tests. */
import type { Label } from '@foveate/contracts';
import type { RunConfig } from '@foveate/assembly';
import type { RunRecord } from '@foveate/run-record';
import type { FinishedRun } from '../finished-run.js';
import { imageMeasures, type TestImage } from '../measures.js';

/** A test image. */
export function image(id: string, label: Label, score: number, more: Partial<TestImage> = {}): TestImage {
  return { id, label, score, alarm: score >= 0.5, onlyOutside: false, group: undefined, ...more };
}

/** A finished run of an arm and a seed on data `d` with model `m`. */
export function finished(
  arm: string,
  seed: number,
  images: readonly TestImage[],
  versions: Readonly<Record<string, string>> = { foveate: '1' },
): FinishedRun {
  return {
    plan: { arm, data: 'd', model: 'm', seed, folder: '', configFile: '', overrides: [], config: {} as RunConfig },
    record: {
      versions,
      timing: { totalSeconds: 2 },
      data: { counts: { train: { good: 3, defective: 2 }, test: { good: 1, defective: 1 } } },
    } as unknown as RunRecord,
    isAudited: false,
    images,
    values: Object.fromEntries(imageMeasures.map(({ key, of }) => [key, of(images)])),
  };
}
