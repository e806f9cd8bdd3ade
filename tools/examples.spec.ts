/** The examples are true: each is run as its README says. They use what is compiled into dist. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'foveate-examples-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const env = { ...process.env, FOVEATE_HOME: join(out, 'home'), NO_COLOR: '1' };
const run = async (...args: readonly string[]) =>
  (await promisify(execFile)(process.execPath, args, { cwd: root, env, maxBuffer: 2 ** 26 })).stdout;
const foveate = (...args: readonly string[]) => run('apps/cli/bin/foveate.mjs', ...args);

interface Written {
  readonly status: string;
  readonly loss: { readonly id: string };
  readonly data: { readonly skips: readonly { readonly reason: string }[] };
  readonly epochs: readonly { readonly train: { readonly loss: number } }[];
}
const record = (folder: string) => JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as Written;

describe('the examples', () => {
  it('each have a README with a command', () => {
    const folders = readdirSync(join(root, 'examples'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name)).toEqual([
      'custom-loss',
      'filter-stage',
      'live-frames',
      'live-page',
      'write-masks',
    ]);
    for (const { name } of folders) {
      expect(readFileSync(join(root, 'examples', name, 'README.md'), 'utf8')).toMatch(/```sh\n(?:foveate|node) /);
    }
  });

  it('custom-loss trains with a loss of its own, with consent only', async () => {
    const args = ['train', '--config', 'examples/custom-loss/config.yaml', '--out', join(out, 'loss')];
    await expect(foveate(...args)).rejects.toMatchObject({ stderr: expect.stringContaining('PLUGIN_NOT_ALLOWED') });
    await foveate('--allow-plugins', ...args);
    expect(record(join(out, 'loss'))).toMatchObject({
      status: 'completed',
      loss: { id: 'my-focal', options: { gamma: 2 } },
    });
  });

  it('filter-stage comes to the same by configuration and in code', async () => {
    const shown = await foveate('--allow-plugins', 'pipeline', 'show', 'examples/filter-stage/pipeline.yaml');
    expect(shown).toMatch(/mask .*\nbright-enough +labelled-sample +labelled-sample +\. 1\.0\.0/);
    await foveate('pipeline', 'run', 'examples/filter-stage/pipeline.yaml', '--out', join(out, 'listed'));
    const said = await run('examples/filter-stage/compose.mjs', join(out, 'composed'));
    const [listed, composed] = [record(join(out, 'listed')), record(join(out, 'composed'))];
    expect(listed.data.skips.map(({ reason }) => reason)).toContain('too-dark');
    expect(composed.data.skips).toEqual(listed.data.skips);
    expect(composed.epochs.map(({ train }) => train.loss)).toEqual(listed.epochs.map(({ train }) => train.loss));
    expect(said).toContain(`${String(listed.data.skips.length)} images are too dark`);
    expect(existsSync(join(out, 'composed', 'report.html'))).toBe(true);
  });

  it('write-masks writes masks and labels and trains nothing', async () => {
    const folder = join(out, 'masks');
    await foveate('pipeline', 'run', 'examples/write-masks/pipeline.yaml', '--out', folder);
    const lines = readFileSync(join(folder, 'masks/labels.jsonl'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(8);
    expect(readdirSync(join(folder, 'masks/aoi'))).toHaveLength(8);
    expect(existsSync(join(folder, 'run.json'))).toBe(false);
  });

  it('live-frames classifies what a camera delivers, and survives a broken frame', async () => {
    const said = (await run('examples/live-frames/classify.mjs', join(out, 'listed'), '7')).trim().split('\n');
    expect(said.map((line) => line.split(':')[0])).toEqual(
      Array.from({ length: 7 }, (_, index) => `frame ${String(index)}`),
    );
    expect(said[0]).toMatch(/: (?:good|defective) \(\d+ ms\)$/);
    expect(said[3]).toContain('truncated');
  });

  it('live-page tells a page that comes late what has happened, and ends with the run', async () => {
    const child = spawn(process.execPath, ['examples/live-page/serve.mjs', join(out, 'live'), '0'], { cwd: root, env });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    const until = async (text: RegExp) => {
      while (!text.test(output)) await new Promise((resolve) => setTimeout(resolve, 50));
      return text.exec(output)?.[0] ?? '';
    };
    const address = await until(/http:\/\/127\.0\.0\.1:\d+/);
    expect(await (await fetch(address)).text()).toContain("new EventSource('/events')");
    while (!existsSync(join(out, 'live', 'last.safetensors'))) await new Promise((resolve) => setTimeout(resolve, 50));
    const stream = await (await fetch(`${address}/events`)).text();
    const types = [...stream.matchAll(/^data: (.*)$/gm)].map(
      ([, line]) => (JSON.parse(line ?? '') as { type: string }).type,
    );
    expect(types[0]).toBe('run-start');
    expect(types.filter((type) => type === 'epoch')).toHaveLength(5);
    expect(types.at(-1)).toBe('run-end');
    expect(await ended).toBe(0);
    expect(output).toContain('completed, 5 epochs');
  });
});
