/** `foveate predict`: answers to what can be read, in order, and errors of what cannot. */
import { spawn, spawnSync, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';

const bin = fileURLToPath(new URL('../bin/foveate.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'foveate-predict-cli-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function foveate(args: readonly string[], options: Parameters<typeof spawnSync>[2] = {}) {
  const result = spawnSync(process.execPath, [bin, ...args], { cwd: root, ...options, encoding: 'utf8' });
  const { status, stdout, stderr } = result;
  expect(stderr).not.toMatch(/\n\s+at /);
  return { status, stdout, stderr };
}
const predict = (...inputs: readonly string[]) => foveate(['predict', 'run', ...inputs]);

let image: Uint8Array;
beforeAll(async () => {
  const source = { id: 'synthetic-zipper', good: 20, defective: 20, size: 64 };
  const config = {
    data: { source, size: 16 },
    model: { id: 'custom-cnn', channels: [2, 2] },
    explain: { id: 'grad-cam', images: 0 },
    training: { epochs: 1, batchSize: 8 },
  };
  writeFileSync(join(root, 'config.json'), JSON.stringify(config));
  expect(foveate(['train', '--config', 'config.json', '--out', 'run']).status).toBe(0);
  image = await encodePng({ width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(90) });
  for (const folder of ['parts', 'empty']) mkdirSync(join(root, folder));
  for (const name of ['good.png', 'good2.png', 'parts/a.png', 'parts/b.png']) writeFileSync(join(root, name), image);
  writeFileSync(join(root, 'text.png'), 'text');
  execFileSync('mkfifo', [join(root, 'pipe.png')]);
  symlinkSync('nowhere.png', join(root, 'link.png'));
});

/** Images and whether they were answered. */
function answered(stdout: string): readonly (readonly [string, boolean])[] {
  const lines = stdout.trim().split('\n');
  return lines.map((line) => {
    const { image: name, score } = JSON.parse(line) as { image: string; score?: number };
    return [name, score !== undefined];
  });
}

describe('predict', () => {
  it('answers all that can be read, in order, and says of the others why', () => {
    const bad = ['missing.png', 'pipe.png', '/dev/zero', 'link.png', 'nothing/*.png', 'empty', 'text.png'];
    const inputs = ['good.png', ...bad, 'parts/*.png', 'good2.png'];
    const { status, stdout, stderr } = predict(...inputs, '--json');
    expect(answered(stdout)).toEqual([
      ['good.png', true],
      ...bad.map((name) => [name, false]),
      ...['parts/a.png', 'parts/b.png', 'good2.png'].map((name) => [name, true]),
    ]);
    const texts = ['no such image', 'a named pipe', 'a device', 'a link to nothing', 'No file matches the pattern'];
    for (const text of [...texts, 'no image in the folder', 'not an image']) expect(stdout).toContain(text);
    expect(stdout).not.toContain('data set');
    expect([status, stderr]).toEqual([3, '7 of 11 images could not be read.\n']);
  });

  it('says it in words, each error once', () => {
    const { stdout, stderr } = predict('good.png', 'text.png');
    expect(stdout).toMatch(
      /^verdict +score {2}image\n(?:good {5}|defective) +\d+\.\d% {2}good\.png\nunread +text\.png: [^\n]+\n$/,
    );
    expect(stderr).not.toContain('text.png');
  });

  it('uses the same words in JSON Lines and CSV, and not both at once', () => {
    const [head = '', row = ''] = predict('good.png', '--csv').stdout.split('\n');
    const answer = JSON.parse(predict('good.png', '--json').stdout) as Record<string, unknown>;
    expect(head).toBe('image,score,verdict,decodeMs,resizeMs,runMs,totalMs,error');
    expect([...Object.keys(answer), 'error']).toEqual(head.split(','));
    expect(row.split(',').slice(0, 3)).toEqual(['image', 'score', 'verdict'].map((key) => String(answer[key])));
    const both = predict('good.png', '--csv', '--json');
    expect(both).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('cannot be used with') });
  });

  it('takes a list on standard input, whose wrong lines do not stop it, and refuses an empty one', () => {
    const list = foveate(['predict', 'run', '-', '--json'], { input: 'good.png\nmissing.png\n\ngood2.png\n' });
    expect(answered(list.stdout)).toEqual([
      ['good.png', true],
      ['missing.png', false],
      ['good2.png', true],
    ]);
    expect(list.status).toBe(3);
    for (const input of ['', '\n\n']) {
      const { status, stdout } = foveate(['predict', 'run', '-'], { input });
      expect([status, stdout]).toEqual([3, expect.stringContaining('Standard input is empty')]);
    }
  });

  it('takes an image on standard input that comes byte by byte', async () => {
    const child = spawn(process.execPath, [bin, 'predict', 'run', '-', '--json'], { cwd: root });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    const ended = new Promise((done) => child.on('close', done));
    for (let at = 0; at < 6; at++) {
      child.stdin.write(image.subarray(at, at + 1));
      await setTimeout(20);
    }
    child.stdin.end(image.subarray(6));
    expect(await ended).toBe(0);
    expect(answered(stdout)).toEqual([['standard input', true]]);
  });

  it('says that it cannot write', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = foveate(['predict', 'run', 'good.png'], { stdio: ['ignore', full, 'pipe'] });
    expect([status, stderr]).toEqual([4, expect.stringMatching(/^error OUTPUT_UNWRITABLE: .*ENOSPC/)]);
  });
});
