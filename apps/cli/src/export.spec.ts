/** Exports as a user makes and uses them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { defaultRunner } from './runner.js';

const bin = fileURLToPath(new URL('../bin/foveate.mjs', import.meta.url));
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'foveate-export-'));
const run = join(root, 'run');

const node = (...args: readonly string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
const exported = (...args: readonly string[]) => node(bin, 'export', run, ...args);

beforeAll(() => {
  const config = {
    data: { source: { id: 'synthetic-zipper', good: 20, defective: 20, size: 64 }, size: 32 },
    model: { id: 'custom-cnn', channels: [4, 4] },
    training: { epochs: 1, batchSize: 8 },
  };
  writeFileSync(join(root, 'tiny.json'), JSON.stringify(config));
  expect(node(bin, 'train', '--config', join(root, 'tiny.json'), '--out', run)).toMatchObject({ status: 0 });
}, 60_000);

describe('foveate export', () => {
  it.each(['onnx', 'tfjs'])('writes %s files that say what the run says of its test images', (format) => {
    const { status, stdout } = exported('--format', format, '--heatmap', '--normalise', '--json');
    expect(status).toBe(0);
    const { folder, files, check } = JSON.parse(stdout) as {
      folder: string;
      files: { name: string }[];
      check: { on: string; count: number; differences: Record<string, number> };
    };
    for (const { name } of files) expect(existsSync(join(folder, name))).toBe(true);
    expect(check).toMatchObject({ on: 'test images', count: 4 });
    expect(Object.keys(check.differences)).toEqual(['score', 'logits', 'heatmap']);
    for (const difference of Object.values(check.differences)) expect(difference).toBeLessThan(1e-5);
  });

  it('writes weights whose values are those of the run', () => {
    expect(exported('--format', 'safetensors').stdout).toMatch(/tensors read back, all equal/);
  });

  it('writes a README whose program runs, with half the precision too', async () => {
    const folder = join(root, 'half');
    expect(exported('--half', '--normalise', '--out', folder).status).toBe(0);
    symlinkSync(modules, join(folder, 'node_modules'));
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    writeFileSync(join(folder, 'run.mjs'), /```js\n(.*?)```/s.exec(readme)?.[1] ?? '');
    const grey = { width: 40, height: 30, channels: 3, data: new Uint8Array(3600).fill(90) } as const;
    writeFileSync(join(folder, 'part.png'), await encodePng(grey));
    const { stdout, stderr } = spawnSync(process.execPath, ['run.mjs'], { cwd: folder, encoding: 'utf8' });
    expect({ stderr, inRange: Number(stdout) > 0 && Number(stdout) < 1 }).toEqual({ stderr: '', inRange: true });
  });

  it('overwrites an earlier export only when told to', () => {
    const folder = join(root, 'twice');
    const weights = ['--format', 'safetensors', '--out', folder];
    expect(exported(...weights).status).toBe(0);
    writeFileSync(join(folder, 'README.md'), 'with notes of mine');
    expect(exported(...weights)).toMatchObject({
      status: 4,
      stdout: '',
      stderr: expect.stringMatching(/^error OUTPUT_EXISTS: .*--overwrite/),
    });
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('with notes of mine');
    expect(exported(...weights, '--overwrite').status).toBe(0);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('safetensors');
    expect(readdirSync(folder).sort()).toEqual(['README.md', 'model.safetensors']);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const folder = join(root, 'stopped');
    const options = { format: 'onnx', folder, heatmap: false, normalise: false, precision: 'float32' } as const;
    const stopped = defaultRunner().export(run, options, AbortSignal.abort());
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(existsSync(folder)).toBe(false);
  });

  it('refuses what weights alone have no room for', () => {
    expect(exported('--format', 'safetensors', '--half')).toMatchObject({ status: 2, stdout: '' });
  });

  it('names what is not a run, and a format there is not', () => {
    expect(node(bin, 'export', join(root, 'none'))).toMatchObject({ status: 3, stdout: '' });
    expect(exported('--format', 'caffe')).toMatchObject({ status: 2, stdout: '' });
  });
});
