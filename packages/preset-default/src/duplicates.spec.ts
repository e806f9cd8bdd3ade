/** Duplicates from files to splits, with the sources and splitters of the preset. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { random, splitNames, type AssignedSample, type Raster } from '@foveate/contracts';
import { encodeJpeg, resize, writePng } from '@foveate/image';
import { createRunner } from '@foveate/pipeline';
import { loadData, RunScope, type DataSet } from '@foveate/stages';
import { lastValueFrom } from 'rxjs';
import { defaultConfig, defaultPlugins } from './index.js';

const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });
const side = 64;
let root = '';

/** A part: stripes that all have, spots of its own. */
function part(seed: number): Raster {
  const stream = random(seed, 'part');
  const spots = Array.from({ length: 30 }, () => [stream.uniform(0, side), stream.uniform(0, side), stream.uniform(2, 6), stream.uniform(-40, 40)]); // prettier-ignore
  const data = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let value = 110 + 30 * Math.sin(x / 4);
      for (const [u = 0, v = 0, r = 1, contrast = 0] of spots)
        value += contrast * Math.exp(-((x - u) ** 2 + (y - v) ** 2) / r ** 2);
      data.fill(Math.min(255, Math.max(0, value)), (y * side + x) * 3, (y * side + x) * 3 + 3);
    }
  }
  return { width: side, height: side, channels: 3, data };
}

const name = (index: number) => `p${String(index).padStart(2, '0')}.png`;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'foveate-duplicates-'));
  const parts = Array.from({ length: 30 }, (_, index) => part(index));
  for (const [index, image] of parts.entries()) await writePng(join(root, name(index)), image);
  const [first, second, third] = parts as [Raster, Raster, Raster];
  // The same pixels, resized, compressed.
  await writePng(join(root, 'copy-of-00.png'), first);
  await writePng(join(root, 'small-01.png'), await resize(second, 48, 48));
  writeFileSync(join(root, 'jpeg-02.jpg'), await encodeJpeg(third, 80));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

async function load(rows: readonly string[], data: object): Promise<DataSet> {
  writeFileSync(join(root, 'list.csv'), ['image,type,split,group', ...rows].join('\n'));
  const source = { id: 'manifest', file: 'list.csv', requireMasks: false };
  const label = { id: 'aoi', byGeometry: false };
  const config = await runner.makeConfig({ data: { source, label, aoi: 'whole', size: 32, ...data } }, root);
  const scope = await RunScope.open(config, runner.registry, { cacheFolder: root });
  return lastValueFrom(loadData(scope)).finally(() => scope.close());
}

const type = (index: number) => (index % 3 === 0 ? 'dent' : '');
const originals = (split = '') => Array.from({ length: 30 }, (_, index) => `${name(index)},${type(index)},${split},`);
const copies = (split = '') => [
  `copy-of-00.png,dent,${split},`,
  `small-01.png,,${split},`,
  `jpeg-02.jpg,dent,${split},`,
];
const splitOf = (samples: readonly AssignedSample[], id: string) => samples.find((sample) => sample.id === id)?.split;

describe('duplicates', () => {
  it('lie in one split under any seed, and are listed', async () => {
    for (let seed = 0; seed < 6; seed++) {
      const { samples, duplicates, skips } = await load([...originals(), ...copies()], {
        split: { id: 'stratified', seed },
      });
      expect(skips).toEqual([]);
      for (const [a, b] of [['copy-of-00.png', name(0)], ['small-01.png', name(1)], ['jpeg-02.jpg', name(2)]] as const) expect(splitOf(samples, a)).toBe(splitOf(samples, b)); // prettier-ignore
      expect(duplicates).toMatchObject([
        { ids: ['copy-of-00.png', name(0)], similarity: 1, labelsDiffer: false, treated: true },
        { ids: ['jpeg-02.jpg', name(2)], labelsDiffer: true },
        { ids: [name(1), 'small-01.png'], labelsDiffer: false },
      ]);
    }
  });

  it('are in one fold', async () => {
    const folds: DataSet[] = [];
    for (const fold of [1, 2, 3]) {
      folds.push(await load([...originals(), ...copies()], { split: { id: 'k-fold', folds: 3, fold } }));
    }
    const tested = folds.flatMap(({ samples }) => samples.filter(({ split }) => split === 'test').map(({ id }) => id));
    expect(tested.sort()).toEqual([...originals(), ...copies()].map((row) => row.split(',')[0]).sort());
    for (const { samples } of folds) expect(splitOf(samples, 'jpeg-02.jpg')).toBe(splitOf(samples, name(2)));
  });

  it('are left out of train where the source has them in test too', async () => {
    const { samples, skips } = await load([...originals('train'), ...copies('test')], { split: 'source' });
    expect(skips.map(({ path, reason }) => [path, reason])).toEqual(
      [0, 1, 2].map((index) => [join(root, name(index)), 'duplicate-of-test']),
    );
    expect(skips[0]?.message).toContain(join(root, 'copy-of-00.png'));
    for (const split of splitNames) expect(samples.some((sample) => sample.split === split)).toBe(true);
  });

  it('stay where they are when told so', async () => {
    const { samples, duplicates } = await load([...originals(), ...copies()], { duplicates: 'ignore' });
    expect(duplicates).toEqual([]);
    expect(samples.every(({ group }) => group === undefined)).toBe(true);
    const exact = await load([...originals(), ...copies()], { duplicates: { near: false } });
    expect(exact.duplicates.map(({ ids }) => ids)).toEqual([['copy-of-00.png', name(0)]]);
  });
});
