/** Whether a decision depends on what is outside, as a user asks. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Audit } from '@foveate/report';
import { commandLine } from './testing/command-line.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-audit-'));
afterAll(() => rmSync(root, { recursive: true }));

const foveate = commandLine(root, { COLUMNS: '120' });

beforeAll(() => {
  writeFileSync(
    join(root, 'tiny.yaml'),
    'data: { source: { id: synthetic-zipper, good: 30, defective: 30, size: 64 }, size: 32 }\ntraining: { epochs: 1, batchSize: 8 }\n',
  );
  expect(foveate('train', '-c', 'tiny.yaml', '--out', 'run').status).toBe(0);
});

describe('foveate audit', () => {
  it('counts verdicts that change by what is outside and inside, and writes a page', () => {
    const { status, stdout } = foveate('audit', 'run', '--json', '--worst', '2');
    expect(status).toBe(0);
    const { rows, images, page } = JSON.parse(stdout) as Audit & { readonly page: string };
    expect(images).toBe(6);
    // At this size a blur or a change of light may change no pixel.
    const done = rows.map(({ side, id }) => `${side} ${id}`);
    expect(done).toEqual(
      expect.arrayContaining(['outside background-swap', 'outside defect-paste', 'inside defect-paste']),
    );
    for (const { flips, images: tried, interval, moved } of rows) {
      expect(flips).toBeLessThanOrEqual(tried);
      expect(interval.low).toBeLessThanOrEqual(flips / tried);
      expect(interval.high).toBeGreaterThanOrEqual(flips / tried);
      expect(moved).toBeGreaterThanOrEqual(0);
    }
    const text = readFileSync(join(root, page), 'utf8');
    expect(text).toContain('Changing what is outside the area of interest changed the verdict in');
    expect(text.match(/<article class="case"/g)).toHaveLength(2);
    expect(foveate('audit', 'run', '--json', '--worst', '2').stdout).toBe(stdout);
  });

  it('measures heatmaps where it is asked to', () => {
    const { status, stdout } = foveate('audit', 'run', '--attribution', 'grad-cam', 'eigen-cam', '--attribution-limit', '2', '--sanity', '--json'); // prettier-ignore
    expect(status).toBe(0);
    const { attribution = [], randomisation = [], page } = JSON.parse(stdout) as Audit & { readonly page: string };
    expect(attribution.map(({ explainer, images }) => [explainer, images])).toEqual([
      ['grad-cam', 2],
      ['eigen-cam', 2],
    ]);
    const { insideArea, overlapDefect, deletion, road } = attribution[1]!;
    for (const figure of [insideArea, overlapDefect, deletion]) {
      expect(figure!.mean).toBeGreaterThanOrEqual(0);
      expect(figure!.mean).toBeLessThanOrEqual(1);
      // None where all images have the same figure.
      expect(figure!.interval?.low ?? 0).toBeLessThanOrEqual(figure!.mean);
    }
    expect(Math.abs(road!.mean)).toBeLessThanOrEqual(1);
    const text = readFileSync(join(root, page), 'utf8');
    expect(text).toContain('How good the heatmaps are');
    // From the head to the block that sees the image.
    expect(text).toContain('Whether heatmaps depend on what was learned');
    expect(randomisation.map(({ explainer }) => explainer)).toEqual(['grad-cam', 'eigen-cam']);
    const parts = randomisation[1]!.steps.map(({ randomised }) => randomised);
    expect([parts[0], new Set(parts).size]).toEqual(['head', parts.length]);
    // Eigen-CAM does not ask the head.
    expect(randomisation[1]!.steps[0]!.correlation).toBeCloseTo(1, 6);
    expect(Math.abs(randomisation[1]!.steps.at(-1)!.correlation!)).toBeLessThan(1);
  });

  it('shows a table, counts other verdicts at another threshold, and refuses what is no run', () => {
    expect(foveate('audit', 'run').stdout).toMatch(/outside +background-swap +good .*Page +run\/audit\.html/s);
    // Nothing is called defective before or after.
    const high = JSON.parse(foveate('audit', 'run', '--threshold', '1', '--json').stdout) as Audit;
    expect(high.rows.every(({ flips }) => flips === 0)).toBe(true);
    expect(foveate('audit', 'none')).toMatchObject({ status: 3, stderr: expect.stringContaining('PATH_MISSING') });
    expect(foveate('audit', 'run', '--out', 'tiny.yaml')).toMatchObject({ status: 4 });
  });
});
