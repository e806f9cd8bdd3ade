/** Experiments as a user types them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';

const bin = fileURLToPath(new URL('../bin/foveate.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'foveate-experiment-'));
afterAll(() => rmSync(root, { recursive: true }));

function foveate(...args: readonly string[]) {
  const env = { ...process.env, COLUMNS: '200' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: root, encoding: 'utf8', env });
  return { status, stdout, stderr };
}

writeFileSync(
  join(root, 'small.yaml'),
  `config:
  data: { source: { id: synthetic-zipper, good: 12, defective: 12, size: 64 }, size: 32, workers: 0 }
  model: { id: custom-cnn, channels: [4, 4] }
  training: { epochs: 1, batchSize: 8 }
arms:
  ce: { loss: ce }
  none: { data.source.defective: 1 }
seeds: 1
audit: { images: 2 }
`,
);

describe('foveate experiment', () => {
  it('trains and audits in processes of its own, goes on without a run that fails, and does nothing twice', () => {
    const first = foveate('experiment', 'small.yaml', '--jobs', '2', '--out', 'out');
    expect(first.status).toBe(1);
    expect(first.stderr).toMatch(/done {4}ce on data with model, seed 1, \d+ s/);
    expect(first.stderr).toMatch(/failed {2}none on data with model, seed 1: error DATA_INSUFFICIENT/);
    expect(first.stdout).toContain('ROC AUC: one seed');
    const run = join(root, 'out', 'runs', 'data', 'model', 'ce', 'seed-1');
    expect(['audit.json', 'audit.html', 'run.json'].filter((name) => !existsSync(join(run, name)))).toEqual([]);
    const page = readFileSync(join(root, 'out', 'report.html'), 'utf8');
    expect(page).toContain('none on data with model, seed 1');

    const again = foveate('experiment', 'small.yaml', '--out', 'out', '--report-only', '--json');
    expect(again.status).toBe(0);
    const { measures, missing } = JSON.parse(again.stdout) as {
      readonly measures: readonly { readonly measure: { readonly key: string } }[];
      readonly missing: readonly unknown[];
    };
    expect(missing).toHaveLength(1);
    expect(measures.map(({ measure }) => measure.key)).toContain('outsideFlips');
  });

  it('names what is wrong in the file', () => {
    writeFileSync(join(root, 'bad.yaml'), 'config: {}\narms: { ce: { loss: cee } }\nseeds: 1\n');
    const { status, stderr } = foveate('experiment', 'bad.yaml');
    expect(status).toBe(2);
    expect(stderr).toMatch(/bad\.yaml:2:\d+: .*ce on data with model, seed 1.*'ce'/s);
    expect(existsSync(join(root, 'experiments'))).toBe(false);
  });
});

describe('foveate reproduce', () => {
  it('lists what there is, shows a file, and says which images it needs', () => {
    const names = [...foveate('reproduce').stdout.matchAll(/^[a-z][a-z-]*/gm)].map(([name]) => name);
    expect(names).toEqual(['name', 'synthetic', 'guidance', 'synthetic-pretrained', 'band', 'zipper', 'industrial']);
    expect(foveate('reproduce', 'band', '--show').stdout).toContain('arms:');
    const { status, stderr } = foveate('reproduce', 'zipper');
    expect(status).toBe(2);
    expect(stderr).toContain("expected MVTec AD's zipper");
    expect(foveate('reproduce', 'zippr').stderr).toContain(
      'synthetic, guidance, synthetic-pretrained, band, zipper, industrial',
    );
    expect(foveate('reproduce', 'synthetic', '--data', '.').status).toBe(2);
    expect(foveate('reproduce').stdout).toMatch(/^synthetic-pretrained .*weights: downloaded, or --weights$/m);
    const missing = foveate('reproduce', 'band', '--data', 'nowhere');
    expect([missing.status, missing.stderr.match(/There is no such folder/g)]).toEqual([
      3,
      ['There is no such folder'],
    ]);
  });
});
