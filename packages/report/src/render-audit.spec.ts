import { describe, expect, it } from '@jest/globals';
import { renderAudit, type Audit, type AuditRow } from './index.js';

const row = (side: AuditRow['side'], flips: number): AuditRow => ({
  id: 'defocus-blur',
  side,
  label: 0,
  images: 10,
  flips,
  interval: { low: 0.1, high: 0.4 },
  moved: 0.05,
});
const audit: Audit = {
  name: '<run>',
  split: 'test',
  threshold: 0.5,
  images: 10,
  width: 4,
  height: 4,
  rows: [row('outside', 2), row('inside', 5)],
  untouched: [],
  cases: [],
};
const text = (page: string) => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

describe('the page of an audit', () => {
  it('says what changed the verdict, and nothing of heatmaps that were not measured', () => {
    const page = renderAudit(audit);
    expect(text(page)).toContain('changed the verdict in 2 of 10 cases (20.0%)');
    expect(page).toContain('&lt;run&gt;');
    expect(page).not.toContain('id="attribution"');
    expect(page).not.toContain('id="randomisation"');
  });

  it('says what could not be tested', () => {
    expect(text(renderAudit(audit))).not.toContain('Not tested');
    const page = text(renderAudit({ ...audit, threshold: 0.12345678, untouched: [{ id: 'decoy', side: 'outside' }] }));
    expect(page).toContain('Not tested, since none of the images changed by it: decoy outside.');
    expect(page).toContain('from a score of 0.123');
  });

  it('has the figures of heatmaps with their intervals, and a dash where there are none', () => {
    const figure = { mean: 0.5, interval: { low: 0.25, high: 0.75 } };
    const page = renderAudit({
      ...audit,
      attribution: [
        {
          explainer: 'eigen-cam',
          images: 4,
          cold: 1,
          insideArea: figure,
          pointsAtArea: { mean: 1 },
          pointsAtDefect: null,
          overlapArea: null,
          overlapDefect: null,
          deletion: figure,
          insertion: null,
          road: null,
        },
      ],
    });
    expect(text(page)).toContain('eigen-cam 4, 1 cold 0.50 (0.25 to 0.75) 1.00 – – – 0.50 (0.25 to 0.75) – –');
  });

  it('tells how heatmaps change as weights become random', () => {
    const steps = [
      { randomised: 'head', correlation: 0.25 },
      { randomised: 'block2', correlation: null },
    ];
    const page = renderAudit({ ...audit, randomisation: [{ explainer: 'grad-cam', images: 4, steps }] });
    expect(text(page)).toContain('Random grad-cam head 0.25 and block2 –');
  });

  it('is refused where nothing could be disturbed', () => {
    expect(() => renderAudit({ ...audit, rows: [] })).toThrow('Nothing could be disturbed');
  });
});
