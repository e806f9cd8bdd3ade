/** Augmentation outside of training: the preview and the multiplied data set, with the default plugins. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SampleRecord } from '@foveate/run-record';
import { readImage } from '@foveate/image';
import { createRunner } from '@foveate/pipeline';
import { replay } from '@foveate/stages';
import type { BuiltSet } from '@foveate/pipeline';
import { buildServices } from '../../assembly/src/container.js';
import { operationsOf } from '../../stages/src/data/operations.js';
import { openSamples } from '../../pipeline/src/augmented/open-samples.js';
import type { OperationRecord } from '../../stages/src/data/augment-sample.js';
import { defaultConfig, defaultPlugins } from './index.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-augmented-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });
const value = {
  seed: 5,
  data: {
    source: { id: 'synthetic-zipper', good: 14, defective: 14, size: 64 },
    size: 32,
    augment: [
      'flip-horizontal',
      { id: 'affine', rotate: 30 },
      { id: 'random-resized-crop', area: 0.3 },
      'background-swap',
      { id: 'defect-paste', place: 'inside', probability: 0.5 },
      { id: 'defect-paste', place: 'outside', probability: 0.5 },
      'noise',
    ],
  },
  model: { id: 'custom-cnn', channels: [4, 4] },
  training: { epochs: 1, batchSize: 8 },
  explain: { id: 'grad-cam', images: 0 },
};
const config = () => runner.makeConfig(value, root);

describe('the preview', () => {
  it('is the same again, of both classes, with everything that was drawn', async () => {
    const options = { images: 4, variants: 3 };
    const preview = await runner.previewAugmentation(await config(), options);
    expect(await runner.previewAugmentation(await config(), options)).toEqual(preview);
    expect(preview.samples.map(({ label }) => label)).toEqual([1, 0, 1, 0]);
    expect(preview.samples.every(({ variants }) => variants.length === 3)).toBe(true);
    const steps = preview.samples.flatMap(({ variants }) => variants.flatMap((variant) => variant.steps));
    expect(new Set(steps.map(({ id }) => id))).toEqual(new Set(preview.operations));
  });
});

interface Provenance {
  readonly file: string;
  readonly origin: string;
  readonly split: string;
  readonly variant: number;
  readonly label: number;
  readonly operations: readonly OperationRecord[];
  readonly sha256: string;
  readonly defects: readonly { readonly type: string; readonly file: string }[];
}

describe('a multiplied data set', () => {
  const folder = join(root, 'set');
  let built: BuiltSet;
  beforeAll(async () => {
    built = await runner.buildAugmentedSet(await config(), { folder, good: 31, defective: 27 });
  }, 60_000);

  const read = (name: string, from = folder) => readFileSync(join(from, name), 'utf8');
  const rows = (from = folder) =>
    read('provenance.jsonl', from)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Provenance);
  /** Every file with its content. */
  const content = (from: string) =>
    readdirSync(from, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(from.length), createHash('sha256').update(readFileSync(path)).digest('hex')]);

  it('has the wanted numbers, and says where every file comes from', () => {
    expect(built.counts.train).toEqual({ good: 31, defective: 27 });
    expect(rows()).toHaveLength(
      Object.values(built.counts).reduce((sum, { good, defective }) => sum + good + defective, 0),
    );
    for (const { file, sha256, label, defects } of rows()) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex'),
      ).toBe(sha256);
      expect(file).toContain(label === 0 ? '/good/' : '/defective/');
      for (const defect of defects) expect(read(defect.file).length).toBeGreaterThan(0);
    }
    expect(new Set(rows().map(({ sha256 }) => sha256)).size).toBe(rows().length);
  });

  it('keeps the other splits as they are and takes nothing from them', () => {
    const splits = new Map<string, Set<string>>();
    for (const { origin, split } of rows()) splits.set(origin, (splits.get(origin) ?? new Set()).add(split));
    expect([...splits.values()].every(({ size }) => size === 1)).toBe(true);
    const others = rows().filter(({ split }) => split !== 'train');
    expect(others.length).toBeGreaterThan(4);
    expect(others.every(({ variant, operations }) => variant === 0 && operations.length === 0)).toBe(true);
    const originals = rows().filter(({ variant }) => variant === 0);
    expect(originals).toHaveLength(28);
  });

  it('has samples that changed their class, under the class they have now', () => {
    const byOrigin = new Map(rows().flatMap(({ origin, variant, label }) => (variant === 0 ? [[origin, label]] : [])));
    const changed = rows().filter(({ origin, label }) => byOrigin.get(origin) !== label);
    expect(changed.length).toBeGreaterThan(0);
  });

  it('can be made again from what it says', async () => {
    const registry = runner.registry;
    const settings = await config();
    const { samples, prepare } = await openSamples(settings, registry, new AbortController().signal);
    const operations = await operationsOf(settings, await buildServices(settings, registry));
    const alone = rows().filter(
      ({ variant, operations: done }) => variant > 0 && done.every(({ id }) => !/swap|paste/.test(id)),
    );
    expect(alone.length).toBeGreaterThan(1);
    for (const { file, origin, operations: record } of alone) {
      const from = samples.find(({ sample }) => sample.id === origin)!;
      const context = { other: () => Promise.resolve(undefined) };
      const { image } = await replay(operations, await prepare(from), record, context);
      expect(await readImage(join(folder, file))).toEqual(image);
    }
  });

  it('goes on after a stop, and is the same as without', async () => {
    const whole = content(folder);
    const [first, second] = [rows()[3]!, rows().at(-2)!];
    for (const name of ['samples.jsonl', 'config.yaml', 'provenance.jsonl', first.file, second.file]) {
      rmSync(join(folder, name));
    }
    // What a build that was killed leaves.
    writeFileSync(join(dirname(join(folder, first.file)), '.image.png.123.tmp'), 'half');
    await runner.buildAugmentedSet(await config(), { folder, good: 31, defective: 27, resume: true });
    expect(content(folder)).toEqual(whole);
  }, 60_000);

  it('is stopped after the sample at hand', async () => {
    const abort = new AbortController();
    let count = 0;
    const options = { folder: join(root, 'stopped'), good: 31, defective: 27, signal: abort.signal };
    const error = await runner
      .buildAugmentedSet(await config(), options)
      .forEach((event) => {
        if (event.type === 'progress' && ++count === 3) abort.abort();
      })
      .catch((reason: unknown) => reason);
    expect(error).toBe(abort.signal.reason);
    expect(count).toBe(3);
  });

  it('trains where it was moved to, with the labels it was built with', async () => {
    const run = join(root, 'run');
    const moved = join(root, 'moved/elsewhere');
    mkdirSync(dirname(moved));
    renameSync(folder, moved);
    await runner.run(await runner.readConfig(join(moved, 'config.yaml')), { folder: run }).forEach(() => undefined);
    renameSync(moved, folder);
    const records = read('samples.jsonl', run)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SampleRecord);
    const seen = records.map(({ id, label, split }) => [id.replace(/^.*\//, ''), label, split]);
    const name = (file: string) => file.replace(/^.*\/(.*)\.png$/, '$1');
    const written = rows().map(({ file, label, split }) => [name(file), label, split]);
    expect(seen.sort()).toEqual(written.sort());
  }, 120_000);

  it('does not mix with anything else', async () => {
    const build = async (change: object, where = folder) =>
      runner.buildAugmentedSet(await config(), { folder: where, good: 31, defective: 27, ...change });
    await expect(build({})).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    await expect(build({ good: 32, resume: true })).rejects.toMatchObject({ code: 'RUN_INVALID' });
    await expect(build({ resume: true }, join(root, 'new'))).rejects.toMatchObject({ code: 'RUN_INVALID' });
    writeFileSync(join(root, 'note.txt'), 'mine');
    await expect(build({}, root)).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
  }, 60_000);

  it('is refused where it cannot be made', async () => {
    const build = async (settings: object, good: number) =>
      runner.buildAugmentedSet(await runner.makeConfig({ ...value, data: { ...value.data, ...settings } }, root), {
        folder: join(root, `refused-${String(good)}`),
        good,
        defective: 30,
      });
    await expect(build({}, 3)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/--good/),
    });
    // Two flips give two images of each.
    await expect(build({ augment: ['flip-horizontal'] }, 60)).rejects.toMatchObject({
      code: 'DATA_INSUFFICIENT',
      message: expect.stringMatching(/no more distinct samples/),
    });
  }, 60_000);
});
