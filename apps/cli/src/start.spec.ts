import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const bin = fileURLToPath(new URL('../bin/foveate.mjs', import.meta.url));

/** Packages whose files the command loads, those of the repository by their folder; V8 notes all scripts it has seen. */
function packagesLoaded(...args: readonly string[]): ReadonlySet<string> {
  const folder = mkdtempSync(join(tmpdir(), 'foveate-start-'));
  try {
    spawnSync(process.execPath, [bin, ...args], { env: { ...process.env, NODE_V8_COVERAGE: folder } });
    const urls = readdirSync(folder).flatMap((name) => {
      const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: { url: string }[] };
      return result.map(({ url }) => url);
    });
    const names = urls.map((url) =>
      /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)|\/((?:packages|apps)\/[^/]+)\/dist\//.exec(url),
    );
    return new Set(names.flatMap((match) => match?.[1] ?? match?.[2] ?? []));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const heavy = [
  ...['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', 'onnxruntime-node', 'onnxruntime-web', 'onnxruntime-common'],
  ...['sharp', 'rxjs', 'inversify', 'zod', 'yaml', 'packages/pipeline', 'packages/preset-default', 'packages/report'],
];

describe('what is loaded', () => {
  it.each([
    ['the version', ['--version']],
    ['the help', ['--help']],
    ['the help of a command', ['train', '--help']],
    ['the help of a group', ['dataset', '--help']],
    ['an option that is misspelt', ['train', '--confg', 'a.yaml']],
    ['an option that is missing', ['train']],
  ])('%s loads no heavy library', (_, args) => {
    const loaded = packagesLoaded(...args);
    expect(loaded).toContain('commander');
    expect(heavy.filter((name) => loaded.has(name))).toEqual([]);
  });

  it('a command loads what it needs, and no reader of models', () => {
    const loaded = packagesLoaded('plugins', 'list');
    for (const name of ['rxjs', 'inversify', 'zod', 'packages/pipeline']) expect(loaded).toContain(name);
    expect(loaded).not.toContain('@tensorflow/tfjs-converter');
  });
});
