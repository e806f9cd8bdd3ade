import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { AssignedSample, RunEvent } from '@foveate/contracts';
import { lastValueFrom, toArray } from 'rxjs';
import { tinyDefaults, tinyPlugins } from '../../../../tools/testing/tiny-plugins.js';
import type { RunConfig } from '../../../assembly/src/config/run-config.js';
import { createRunner } from '../runner.js';
import type { BuiltLock } from './build-lock.js';
import { checkLock } from '../../../stages/src/lock/check-lock.js';
import { dataHash, writeLock } from '../../../stages/src/lock/lock-file.js';
import { lockSample } from '../../../stages/src/lock/locked-sample.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-lock-'));
afterAll(() => rmSync(root, { recursive: true }));

const runner = createRunner({ plugins: tinyPlugins, defaults: tinyDefaults });
const source = { load: () => Promise.reject(new Error('has files')) };

function configOf(lockMismatch = 'error', more: object = {}): Promise<RunConfig> {
  return runner.makeConfig({ name: 'tiny', data: { lock: 'data.lock', lockMismatch, ...more } }, root);
}

/** Samples of one file each. */
function samples(...ids: readonly string[]): readonly AssignedSample[] {
  return ids.map((id) => {
    writeFileSync(join(root, id), `content of ${id}`);
    return { id, label: 0, reason: 'no defect', defectTypes: [], split: 'train', files: [join(root, id)] };
  });
}

async function lock(config: RunConfig, list: readonly AssignedSample[]): Promise<void> {
  const locked = await Promise.all(list.map((sample) => lockSample(sample, { source, baseFolder: root })));
  const header = { name: 'tiny', seed: 1, config: dataHash(config), samples: list.length, leftOut: 0 };
  await writeLock(join(root, 'data.lock'), header, locked);
}

describe('a lock', () => {
  it('has a line for each sample with the hash of its files', async () => {
    await lock(await configOf(), samples('a', 'b'));
    const [header, first] = readFileSync(join(root, 'data.lock'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(header).toMatchObject({ foveateLock: 1, samples: 2, seed: 1 });
    expect(first).toEqual({
      id: 'a',
      label: 0,
      reason: 'no defect',
      types: [],
      split: 'train',
      group: null,
      // printf 'content of a' | sha256sum
      files: [{ path: 'a', bytes: 12, sha256: '8e56b639882ef91f67c597965dfb451cbd2e4b41d1a8cd9b01dd3241aa518796' }],
    });
  });

  it('is kept by the same data, and by none at all', async () => {
    const config = await configOf();
    await lock(config, samples('a', 'b'));
    expect(await checkLock(config, samples('a', 'b'), { source })).toEqual([]);
    const without = await runner.makeConfig({ name: 'tiny' }, root);
    expect(await checkLock(without, samples('other'), { source })).toEqual([]);
  });

  it('tells what differs', async () => {
    const config = await configOf();
    await lock(config, samples('a', 'b', 'c', 'd', 'e'));
    const [a, b, , d, e] = samples('a', 'b', 'c', 'd', 'e') as [AssignedSample, AssignedSample, AssignedSample, AssignedSample, AssignedSample]; // prettier-ignore
    const now = [
      a,
      ...samples('ab'),
      { ...b, label: 1 as const, reason: 'now it has a dent' },
      { ...d, split: 'test' as const },
      { ...e, group: 'lot 7' },
    ];
    writeFileSync(join(root, 'a'), 'Content of a');
    const error = await checkLock(config, now, { source }).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code: 'DATA_INVALID', parts: { where: join(root, 'data.lock') } });
    const { message } = error as Error;
    expect(message).toContain('6 of 6 samples differ');
    expect(message).toContain(
      'a has other content; ab is new; b is defective, was good (now it has a dent); c is gone',
    );
    expect(message).toContain('d is in test, was in train; 1 more');
    expect(message).not.toContain('The configuration of the data has changed');
  });

  it('only warns when asked to, and mentions a changed configuration', async () => {
    await lock(await configOf(), samples('a'));
    const config = await configOf('warn', { source: { id: 'tiny', good: 5 } });
    const [warning, ...others] = await checkLock(config, samples('b'), { source });
    expect(others).toEqual([]);
    expect(warning).toContain('a is gone; b is new');
    expect(warning).toContain('The configuration of the data has changed');
  });

  it.each([
    ['{}\n', /data\.lock:1: This is not a lock/],
    ['', /data\.lock:1: This is not a lock/],
    [
      '{"foveateLock":1,"name":"x","seed":1,"config":"","samples":1,"leftOut":0}\n{"id":"a"\n',
      /data\.lock:2: The line/,
    ],
    [
      '{"foveateLock":1,"name":"x","seed":1,"config":"","samples":1,"leftOut":0}\n{"id":"a"}\n',
      /data\.lock:2: The line/,
    ],
  ])('that is damaged is refused: %j', async (text, message) => {
    writeFileSync(join(root, 'data.lock'), text);
    await expect(checkLock(await configOf(), samples('a'), { source })).rejects.toThrow(message);
  });

  it('that is missing is refused', async () => {
    rmSync(join(root, 'data.lock'));
    await expect(checkLock(await configOf(), samples('a'), { source })).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });
});

describe('a run with a lock', () => {
  const events = async (data: object): Promise<readonly RunEvent[]> => {
    const config = await runner.makeConfig({ name: 'tiny', data, training: { epochs: 1 } }, root);
    return lastValueFrom(runner.run(config, { folder: join(root, 'run'), overwrite: true }).pipe(toArray()));
  };

  it('goes on with the pixels that were locked and refuses others', async () => {
    const config = await runner.makeConfig({ name: 'tiny' }, root);
    const phases: string[] = [];
    const file = join(root, 'drawn.lock');
    const locking = runner.buildLock(config, { file });
    let built: BuiltLock | undefined;
    await locking.forEach((event) => {
      if (event.type === 'result') built = event.result;
      else phases.push(event.what);
    });
    expect(built).toMatchObject({ samples: 32, leftOut: 0, bytes: 0 });
    expect(phases.filter((phase) => phase === 'hashed')).toHaveLength(32);
    expect(readFileSync(file, 'utf8')).toMatch(/"drawn":"[0-9a-f]{64}"/);

    const done = await events({ lock: 'drawn.lock' });
    expect(done.at(-1)).toMatchObject({ type: 'run-end', status: 'completed' });
    const fewer = { source: { id: 'tiny', good: 15 } };
    await expect(events({ ...fewer, lock: 'drawn.lock' })).rejects.toThrow('The data is not what was locked');
    const warned = await events({ ...fewer, lock: 'drawn.lock', lockMismatch: 'warn' });
    expect(warned.map(({ type }) => type)).toContain('warning');
    expect(warned.at(-1)).toMatchObject({ status: 'completed' });
  });
});
