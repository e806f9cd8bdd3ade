import { describe, expect, it } from '@jest/globals';
import { SaxesParser } from 'saxes';
import { holm, meanEstimate } from '@foveate/statistics';
import { experimentFigures, findings, renderExperiment, type ExperimentResult } from '../index.js';

const measure = { key: 'auroc', title: 'ROC AUC', better: 'higher', isShare: false, isBounded: true } as const;

function result(ce: readonly number[], aoi: readonly number[], more: Partial<ExperimentResult> = {}): ExperimentResult {
  const estimate = meanEstimate(aoi.map((value, i) => value - (ce[i] ?? 0)));
  const [adjusted = 1] = holm([estimate.p ?? 1]);
  const cell = (data: string) => ({
    data,
    model: 'cnn',
    trainImages: 50,
    testImages: 400,
    arms: [
      { arm: 'ce', values: ce, estimate: meanEstimate(ce) },
      { arm: '<aoi>', values: aoi, estimate: meanEstimate(aoi) },
    ],
    differences: [
      {
        arm: '<aoi>',
        baseline: 'ce',
        estimate,
        bootstrap: null,
        signedRank: 0.25,
        adjusted,
        finding: adjusted >= 0.05 ? ('not shown' as const) : ('better' as const),
        seedsNeeded: adjusted >= 0.05 ? 31 : null,
      },
    ],
  });
  return {
    name: 'tiny',
    seeds: ce.map((_, i) => i + 1),
    arms: [
      { name: 'ce', settings: ['loss=ce'] },
      { name: '<aoi>', settings: ['preset=aoi'] },
    ],
    baselines: ['ce'],
    measures: [{ measure, cells: [cell('shortcut/50'), cell('shortcut/150'), cell('as-trained/50')] }],
    published: [],
    missing: [],
    refused: [],
    trainingSeconds: 90,
    ...more,
  };
}

/** Throws where tags are not closed as they were opened. */
function checkPage(page: string): void {
  new SaxesParser().write(page).close();
}

describe('the page of an experiment', () => {
  it('says what is shown, with the interval', async () => {
    const shown = result([0.5, 0.52, 0.48], [0.9, 0.91, 0.89]);
    expect(findings(shown)[0]).toBe(
      'shortcut/50: <aoi> is better than ce in ROC AUC, 0.900 against 0.500, a difference of +0.400 (95%: +0.375 to +0.425).',
    );
    const page = await renderExperiment(shown);
    checkPage(page);
    expect(page).toContain('&lt;aoi&gt; is better than ce');
    expect(page.match(/<svg\s+class="chart"/g)).toHaveLength(2);
    expect(page).not.toContain('NaN');
  });

  it('says that nothing is shown, and how many seeds would show it', async () => {
    const page = await renderExperiment(result([0.5, 0.7, 0.6], [0.6, 0.6, 0.65]));
    expect(page).toContain('No difference in ROC AUC is shown.');
    expect(page).toContain('some 31 seeds would be needed');
  });

  it('names what is missing, up to ten', async () => {
    const missing = Array.from({ length: 12 }, (_, i) => ({ run: `run ${String(i)}`, why: 'no memory' }));
    const page = await renderExperiment(result([0.5], [0.6], { missing, refused: ['x cannot be compared.'] }));
    expect(page).toContain('and 2 runs more');
    expect(page).toContain('x cannot be compared.');
  });

  it('is a page without any run', async () => {
    checkPage(await renderExperiment(result([0.5], [0.6], { measures: [] })));
  });

  it('has its charts as files that stand alone', () => {
    const files = experimentFigures(result([0.5, 0.6], [0.7, 0.8]));
    expect(Object.keys(files)).toEqual(['figures/auroc-shortcut.svg', 'figures/auroc-as-trained.svg']);
    const [text = ''] = Object.values(files);
    const [one] = result([0.5, 0.6], [0.7, 0.8]).measures;
    const cells = [{ ...one!.cells[0]!, data: 'plain' }];
    const single = experimentFigures(result([0.5, 0.6], [0.7, 0.8], { measures: [{ ...one!, cells }] }));
    expect(Object.keys(single)).toEqual(['figures/auroc.svg']);
    checkPage(text);
    expect(text).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(text).toContain('>&lt;aoi></text>');
    // Marks of the key are those of the chart, and long names get lines of their own.
    expect(text.match(/class="marker run-1"/g)).toHaveLength(3);
    const arms = ['ce', 'a-long-name-of-an-arm', 'another-one-as-long', 'and-one-more'].map((name) => ({
      name,
      settings: [],
    }));
    const [many = ''] = Object.values(experimentFigures({ ...result([0.5, 0.6], [0.7, 0.8]), arms }));
    expect(many).toContain('viewBox="0 0 360 292"');
    expect(text).not.toContain('var(');
  });
});
