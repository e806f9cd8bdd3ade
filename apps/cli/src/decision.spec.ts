/** A threshold chosen on the validation split, from training to use. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PredictionRecord, RunRecord } from '@foveate/run-record';
import { encodePng } from '@foveate/image';
import { openPredictor } from '@foveate/predict';
import { confusion, operatingPoint } from '@foveate/statistics';
import { commandLine } from './testing/command-line.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-decision-'));
const foveate = commandLine(root);
afterAll(() => rmSync(root, { recursive: true }));

const config = {
  data: { source: { id: 'synthetic-zipper', good: 30, defective: 30, size: 64 }, size: 32 },
  model: { id: 'custom-cnn', channels: [4, 4] },
  explain: { id: 'grad-cam', images: 1 },
  training: { epochs: 1, batchSize: 8 },
  decision: { threshold: { rule: 'false-alarm-rate', atMost: 0.34 }, temperature: true },
};

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const record = (): RunRecord => JSON.parse(read('run/run.json')) as RunRecord;
const predictions = (split: string): readonly PredictionRecord[] =>
  read('run/predictions.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PredictionRecord)
    .filter((one) => one.split === split);
const of = (split: string) =>
  [predictions(split).map(({ score }) => score), predictions(split).map(({ label }) => label)] as const;

let said = '';
beforeAll(async () => {
  writeFileSync(join(root, 'config.json'), JSON.stringify(config));
  const { status, stdout, stderr } = foveate('train', '--config', 'config.json', '--out', 'run');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  said = stdout;
  const picture = { width: 64, height: 64, channels: 3, data: new Uint8Array(64 * 64 * 3).fill(90) } as const;
  writeFileSync(join(root, 'part.png'), await encodePng(picture));
});

describe('a decision', () => {
  it('is chosen on the validation split, and the test is measured with it', () => {
    const { decision, test } = record();
    expect(decision).toEqual({
      threshold: operatingPoint(...of('validation'), { falseAlarms: 0.34 })?.threshold,
      temperature: expect.any(Number),
    });
    expect(test).toMatchObject({ confusion: { ...confusion(...of('test'), decision?.threshold) } });
    expect(said).toMatch(/^Decision +defective from a score of 0\.\d+ on; logits are divided by \d/m);
    expect(said).toMatch(/^Warning +Of good images at most 34\.0% are to be called defective/m);
    const shown = String(Number(decision?.threshold.toPrecision(4)));
    expect(read('run/report.html')).toMatch(new RegExp(`from a score of\\s+${shown}\\s+on`));
  });

  it('goes with the model', async () => {
    const { threshold = 0, temperature } = record().decision ?? {};
    const predictor = await openPredictor(join(root, 'run'));
    expect(predictor.metadata).toMatchObject({ threshold: String(threshold), temperature: String(temperature) });
    await predictor.close();
    const scored = (...more: string[]) =>
      JSON.parse(foveate('predict', 'run', 'part.png', '--json', ...more).stdout) as { score: number; verdict: string };
    const { score, verdict } = scored();
    expect(verdict).toBe(score >= threshold ? 'defective' : 'good');
    expect([scored('--threshold', '0').verdict, scored('--threshold', '1').verdict]).toEqual(['defective', 'good']);
    // What explains is the same network: its score is as much of a probability.
    const explained = JSON.parse(foveate('explain', 'run', 'part.png', '--json').stdout) as readonly {
      score: number;
    }[];
    expect(explained[0]?.score).toBe(score);
  });

  it('goes with exports, which compute the same scores', () => {
    expect(foveate('export', 'run', '--format', 'tfjs', '--out', 'web').status).toBe(0);
    const { userDefinedMetadata } = JSON.parse(read('web/model.json')) as { userDefinedMetadata: object };
    expect(userDefinedMetadata).toMatchObject({ threshold: String(record().decision?.threshold) });
    expect(read('web/README.md')).toContain(`from ${String(record().decision?.threshold)} on`);
  });

  it('is that of evaluations and audits', () => {
    const evaluated = JSON.parse(foveate('evaluate', 'run', '--json').stdout) as object;
    expect(evaluated).toMatchObject({ measures: record().test });
    const audited = JSON.parse(foveate('audit', 'run', '--json', '--worst', '0').stdout) as object;
    expect(audited).toMatchObject({ threshold: record().decision?.threshold });
  });

  it('needs both classes', () => {
    const refused = foveate('train', '--config', 'config.json', '--out', 'none', '--set', 'data.source.defective=1');
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain('DATA_INSUFFICIENT');
  });
});
