/** Exports as a user makes and uses them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { defaultRunner } from './runner.js';
import { commandLine } from './testing/command-line.js';

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'foveate-export-'));
const run = join(root, 'run');

const foveate = commandLine(root);
const exported = (...args: readonly string[]) => foveate('export', run, ...args);

/** Files of every kind, with fine stripes and strong colours: wherever pixels come about otherwise, scores show it. */
async function kindsOfImages(folder: string): Promise<readonly string[]> {
  const [width, height] = [301, 203];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return [(x * 5 + y) % 256, (x % 3) * 120, (y * x) % 256][i % 3]!;
  });
  const picture = () => sharp(data, { raw: { width, height, channels: 3 } });
  const deep = Uint16Array.from(data, (value, i) => value * 257 - (i % 200));
  const sixteen = sharp(deep, { raw: { width, height, channels: 3 } }).toColourspace('rgb16');
  const alpha = Uint8Array.from({ length: width * height }, (_, i) => i % 256);
  const kinds = {
    'plain.png': picture().png(),
    'photo.jpg': picture().jpeg({ quality: 80 }),
    'large.jpg': picture().resize(1200, 800, { fit: 'fill' }).jpeg({ quality: 90 }),
    'turned.jpg': picture().withMetadata({ orientation: 6 }).jpeg(),
    'grey.jpg': picture().greyscale().jpeg(),
    'cmyk.jpg': picture().toColourspace('cmyk').jpeg(),
    'deep.png': sixteen.png(),
    'deep-grey.png': sharp(deep, { raw: { width, height, channels: 3 } })
      .toColourspace('grey16')
      .png(),
    'alpha.png': picture()
      .joinChannel(Buffer.from(alpha), { raw: { width, height, channels: 1 } })
      .png(),
    'palette.png': picture().png({ palette: true, colours: 16 }),
    'part.tiff': picture().tiff(),
    'part.webp': picture().webp(),
  };
  for (const [name, image] of Object.entries(kinds)) await image.toFile(join(folder, name));
  return Object.keys(kinds).map((name) => join(folder, name));
}

beforeAll(() => {
  const config = {
    data: { source: { id: 'synthetic-zipper', good: 20, defective: 20, size: 64 }, size: 32 },
    model: { id: 'custom-cnn', channels: [4, 4] },
    training: { epochs: 1, batchSize: 8 },
  };
  writeFileSync(join(root, 'tiny.json'), JSON.stringify(config));
  expect(foveate('train', '--config', join(root, 'tiny.json'), '--out', run)).toMatchObject({ status: 0 });
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

  describe.each([
    ['of bytes', ['--normalise']],
    ['of floats, in half precision', ['--half']],
  ])('writes a README for images %s', (_what, flags) => {
    it('whose programs give the scores of the run, whatever kind of file an image is', async () => {
      const folder = mkdtempSync(join(root, 'readme-'));
      expect(exported(...flags, '--out', folder).status).toBe(0);
      symlinkSync(modules, join(folder, 'node_modules'));
      const files = await kindsOfImages(folder);
      const explained = foveate('explain', run, ...files, '--out', join(folder, 'explained'), '--json');
      const expected = (JSON.parse(explained.stdout) as { file: string; score: number }[]).map(({ score }) => score);
      expect(new Set(expected.map((score) => score.toFixed(4))).size).toBeGreaterThan(5);
      const programs = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/```js\n(.*?)```/gs)];
      expect(programs).toHaveLength(2);
      for (const [index, [, program = '']] of programs.entries()) {
        writeFileSync(join(folder, `${index}.mjs`), program);
        const { stdout, stderr } = spawnSync(process.execPath, [`${index}.mjs`, ...files], { cwd: folder, encoding: 'utf8' }); // prettier-ignore
        expect(stderr).toBe('');
        const scores = stdout.trim().split('\n').map((line) => Number(line.split(' ').at(-1))); // prettier-ignore
        expect(scores).toHaveLength(expected.length);
        // Half precision is a matter of the weights; the pixels are the same.
        const tolerance = flags.includes('--half') ? 1e-3 : 1e-6;
        scores.forEach((score, i) => expect([files[i], Math.abs(score - expected[i]!) < tolerance]).toEqual([files[i], true])); // prettier-ignore
      }
    });
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
    const stopped = defaultRunner()
      .export(run, { ...options, signal: AbortSignal.abort() })
      .result();
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(existsSync(folder)).toBe(false);
  });

  it('refuses what weights alone have no room for', () => {
    expect(exported('--format', 'safetensors', '--half')).toMatchObject({ status: 2, stdout: '' });
  });

  it('names what is not a run, and a format there is not', () => {
    expect(foveate('export', join(root, 'none'))).toMatchObject({ status: 3, stdout: '' });
    expect(exported('--format', 'caffe')).toMatchObject({ status: 2, stdout: '' });
  });
});
