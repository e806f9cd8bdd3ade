import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { tinyDefaults, tinyPlugins } from '../../../../tools/testing/tiny-plugins.js';
import { createRunner } from '../runner.js';
import type { InspectedData } from './inspect-data.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-inspect-'));
afterAll(() => rmSync(root, { recursive: true }));

const runner = createRunner({ plugins: tinyPlugins, defaults: tinyDefaults });

async function inspect(source: object, examples = 2, progress: number[] = []) {
  const config = await runner.makeConfig({ name: 'tiny', data: { source: { id: 'tiny', ...source } } }, root);
  const task = runner.inspectData(config, { examples });
  let result: InspectedData | undefined;
  await task.forEach((event) => {
    if (event.type === 'result') result = event.result;
    else progress.push(event.done);
  });
  return result!;
}

describe('an inspection', () => {
  it('counts types, labels, splits, sizes, areas and what is left out', async () => {
    const progress: number[] = [];
    const { inspection } = await inspect({ good: 12, defective: 8, broken: 3 }, 2, progress);
    expect(inspection).toMatchObject({
      name: 'tiny',
      source: 'tiny',
      usable: 20,
      leftOut: 3,
      undivided: undefined,
      sizes: [{ value: '16x16', count: 20 }],
      modes: [],
      coverage: { examined: 20, least: 1, median: 1, most: 1 },
    });
    expect(inspection.classes.map(({ types, good, defective, leftOut }) => [types, good, defective, leftOut])).toEqual([
      ['good', 12, 0, 3],
      ['spot', 0, 8, 0],
    ]);
    const inSplits = inspection.classes.flatMap(({ splits }) => Object.values(splits ?? {}));
    expect(inSplits.reduce((a, b) => a + b, 0)).toBe(20);
    expect(inspection.problems).toEqual([
      {
        reason: 'image-truncated',
        count: 3,
        examples: ['020', '021', '022'].map((number) => ({
          path: `broken/${number}`,
          message: expect.stringContaining('File is truncated'),
        })),
      },
    ]);
    expect([progress.length, Math.max(...progress)]).toEqual([23, 23]);
  });

  it('shows some of each kind, the same ones each time', async () => {
    const { pictures } = await inspect({ good: 12, defective: 8, broken: 3 });
    const kinds = pictures.map(({ types, outcome, split, reason }) => [types, outcome, split !== undefined, reason]);
    expect(kinds).toEqual([
      ['good', 'good', true, 'by defect'],
      ['good', 'good', true, 'by defect'],
      ['spot', 'defective', true, 'by defect'],
      ['spot', 'defective', true, 'by defect'],
    ]);
    const [first, , spot] = pictures;
    // The area is the whole image: nothing to outline.
    expect([first?.width, first?.height, first?.aoi, first?.defects]).toEqual([16, 16, undefined, undefined]);
    expect(spot?.defects?.length).toBeGreaterThan(0);
    expect((await inspect({ good: 12, defective: 8, broken: 3 })).pictures).toEqual(pictures);
    expect((await inspect({ good: 12, defective: 8 }, 0)).pictures).toEqual([]);
  });

  it('says why samples cannot be divided and counts them all the same', async () => {
    const { inspection } = await inspect({ good: 2, defective: 0, broken: 1 });
    expect(inspection.undivided).toContain('split is empty');
    expect(inspection.classes).toEqual([{ types: 'good', good: 2, defective: 0, leftOut: 1, splits: undefined }]);
    expect(inspection.problems.map(({ reason }) => reason)).toEqual(['image-truncated']);
    expect((await inspect({ good: 0, defective: 0, broken: 0 })).inspection).toMatchObject({ usable: 0, classes: [] });
  });
});
