import { beforeAll, describe, expect, it } from '@jest/globals';
import type { SampleRecord } from '@foveate/run-record';
import { renderReport } from './index.js';
import { drawPictures, fabricate, predictionsOf } from './testing/fixture.js';

/** The page's text, tags replaced by spaces. */
function textOf(page: string): string {
  return page
    .replace(/<style>[^]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const scores = predictionsOf([
  [1, 0.9],
  [1, 0.4],
  [1, 0.8],
  [0, 0.1],
  [0, 0.6],
]);

beforeAll(drawPictures);

describe('renderReport', () => {
  it('shows figures computed from the predictions', () => {
    const text = textOf(renderReport([fabricate(scores)]));
    // 3 of 5 right; of 6 pairs 5 are in order. Wilson: (0.6 + z²/10 ± …) / (1 + z²/5).
    expect(text).toContain('Right on 3 of 5 test images (60.0%), ROC AUC 0.833.');
    expect(text).toContain('60.0% 23.1% to 88.2%');
    expect(text).toContain('Always answering “defective” would be right on 60.0%.');
    expect(text).toContain('false alarm, 50%');
    expect(text).toContain('294,994 parameters');
    expect(text).toContain('141 70 good, 71 defective');
    expect(text).toContain('Best epoch 2, validation loss 0.400.');
    expect(text).toContain('2.5 s 1 min 15 s in all');
  });

  it('tells where areas of interest came from, and how sure their makers are', () => {
    const one = (id: string, aoiOrigin: SampleRecord['aoiOrigin']): SampleRecord => ({
      ...{ id, split: 'train', label: 0, defectTypes: [], reason: '', shareInside: null },
      ...(aoiOrigin === undefined ? {} : { aoiOrigin }),
    });
    const samples = [
      one('a', { source: 'manual', detail: 'ada' }),
      one('b', { source: 'network', detail: 'runs/teeth', confidence: 0.5 }),
      one('c', { source: 'network', detail: 'runs/teeth', confidence: 0.75 }),
    ];
    const text = textOf(renderReport([fabricate(scores, { samples })]));
    expect(text).toContain('Where the areas of interest come from');
    expect(text).toContain('manual ada 1 – –');
    expect(text).toContain('network runs/teeth 2 62.5% b (50.0%), c (75.0%)');
    const same = textOf(renderReport([fabricate(scores, { samples: [one('a', { source: 'template' })] })]));
    expect(same).not.toContain('Where the areas');
  });

  it('tells how the training went', () => {
    const plain = fabricate(scores);
    const rates = [0.001, 0.002, 0.0005];
    const epochs = plain.record.epochs.map((epoch, index) => ({
      ...epoch,
      learningRate: rates[index]!,
      trunk: { read: 1000 * index, computed: index === 0 ? 500 : 0, secondsSaved: 10 },
    }));
    const text = textOf(
      renderReport([
        fabricate(scores, {
          epochs,
          earlyStop: { epoch: 3, reason: 'validation auroc has not improved for 2 epochs' },
          remarks: ['The first 2 of 3 stages are frozen.'],
          config: { training: { monitor: 'auroc' } },
        }),
      ]),
    );
    expect(text).toContain('Learning rate from 0.00100 by way of 0.00200 to 0.000500.');
    expect(text).toContain('Stopped after epoch 3: validation auroc has not improved for 2 epochs.');
    expect(text).toContain('computed 500 times and read 3,000 times, which saved 30.0 s. The first 2 of 3 stages');
    expect(text).toContain('best epoch: highest validation AUROC');
    expect(textOf(renderReport([plain]))).toContain('best epoch: lowest validation loss');
  });

  it('needs nothing but itself', () => {
    const page = renderReport([fabricate(scores), fabricate(scores, { name: 'ceod' })]);
    expect(page).not.toMatch(/<script|<link|@import|https?:|url\((?!#)/);
    expect([...page.matchAll(/\s(?:src|href)="([^"]{0,22})/g)].map((match) => match[1])).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(#|data:image\/png;base64,)/)]),
    );
    expect(page).not.toMatch(/\s(?:src|href)="(?!#|data:)/);
    expect(renderReport([fabricate(scores), fabricate(scores, { name: 'ceod' })])).toBe(page);
  });

  it('embeds each picture once', () => {
    const page = renderReport([fabricate(scores), fabricate(scores, { name: 'ceod' })]);
    expect(page.match(/data:image\/png/g)).toHaveLength(3);
  });

  it('escapes whatever the files say', () => {
    const nasty = '<img src=x onerror="alert(1)">&\'';
    const page = renderReport(
      [
        fabricate(
          scores.map((prediction) => ({ ...prediction, id: `${nasty}${prediction.id}` })),
          {
            name: nasty,
            config: { [nasty]: '</pre></style><script>' },
            loss: { id: nasty, options: { [nasty]: nasty } },
            versions: { [nasty]: nasty },
            data: {
              ...fabricate(scores).record.data,
              skips: [{ path: nasty, reason: nasty, message: nasty }],
              duplicates: [{ ids: [nasty, nasty], similarity: 1, labelsDiffer: true, treated: true }],
            },
          },
        ),
      ],
      { title: nasty },
    );
    expect(page).not.toContain('<img');
    expect(page).not.toContain('<script');
    expect(textOf(page)).toContain('1 image or file left out');
  });

  it('marks wrong verdicts in words, and what differs between runs', () => {
    const other = scores.map((prediction) => ({ ...prediction, score: 1 - prediction.score }));
    const text = textOf(
      renderReport([
        fabricate(scores),
        fabricate(other, { name: 'ceod', loss: { id: 'ceod', options: { omega: 0.001 } } }),
      ]),
    );
    expect(text).toContain('✓ right: called defective');
    expect(text).toContain('✗ wrong: called good');
    expect(text).toContain('score 0.10, 50% of heat inside');
    expect(text).toContain('Loss differs ce ceod');
    expect(text).toContain('Loss options differs none omega: 0.001');
    expect(text).not.toContain('Seed differs');
    expect(text).toContain('ceod is not better than ce on this test set.');
  });

  it('compares each further run with the first and warns of doing so', () => {
    const text = textOf(
      renderReport(['a', 'b', 'c'].map((name) => fabricate(scores, { name })).concat(fabricate([], { name: 'd' }))),
    );
    expect(text).toContain('b is not better than a on this test set.');
    expect(text).toContain('c is not better than a on this test set.');
    expect(text).toContain('d and a: no paired comparison.');
    expect(text).toContain('3 comparisons were made; the p-values are not adjusted');
  });

  it('counts verdicts by type of defect and skips by reason', () => {
    const samples = scores.map(({ id, label }, i): SampleRecord => ({
      id,
      split: 'test',
      label,
      defectTypes: i === 0 ? ['split', 'rough'] : i === 3 ? ['fabric'] : [],
      reason: 'because',
      shareInside: null,
    }));
    const skips = Array.from({ length: 25 }, (_, i) => ({ path: `p${i}`, reason: 'image-truncated', message: 'm' }));
    const { data } = fabricate(scores).record;
    const text = textOf(renderReport([fabricate(scores, { samples, data: { ...data, skips } })]));
    expect(text).toContain('rough + split, defective 100.0% 1 of 1, 20.7% to 100.0%');
    expect(text).toContain('fabric, good 100.0% 1 of 1');
    expect(text).toContain('no defect, defective 50.0% 1 of 2');
    expect(text).toContain('25 × image-truncated');
    expect(text).toContain('and 5 more, listed in run.json');
  });

  it('lists duplicates, those first whose labels differ', () => {
    const { data } = fabricate(scores).record;
    const cluster = (ids: readonly string[], more: object = {}) =>
      ({ ids, similarity: 1, labelsDiffer: false, treated: true, ...more }) as const;
    const duplicates = [
      cluster(['a', 'b', 'c']),
      cluster(['d', 'e'], { similarity: 0.913, labelsDiffer: true }),
      cluster(['f', 'g', 'h', 'i'], { similarity: 0.86, treated: false }),
    ];
    const text = textOf(renderReport([fabricate(scores, { data: { ...data, duplicates } })]));
    expect(text).toContain('5 images in 2 clusters of duplicates, none across splits');
    expect(text).toMatch(
      /1 × labels differ d, e similarity 0.91.*1 × too many to be copies.*f, g, h, i similarity 0.86/,
    );
    expect(text).toMatch(/1 × the same pixels a, b, c.*1 × nearly the same d, e/);
    expect(textOf(renderReport([fabricate(scores)]))).not.toContain('duplicates');
  });

  it('is honest about unfinished runs and figures that do not fit', () => {
    const unfinished = fabricate([], { status: 'interrupted', test: null, epochs: [], bestEpoch: null });
    const text = textOf(renderReport([unfinished]));
    expect(text).toContain('ce is not complete (interrupted after 0 epochs)');
    expect(text).toContain('not measured');
    expect(text).not.toContain('Learning curves');
    expect(textOf(renderReport([fabricate(scores, { test: { n: 6 } })]))).toContain('do not belong together');
    const shown = (accuracy: number) =>
      textOf(renderReport([fabricate(scores, { test: { n: 5, accuracy, auroc: 5 / 6 } })]));
    expect(shown(0.4)).toContain('measured with another threshold (accuracy 40.0%)');
    expect(shown(0.6)).not.toContain('another threshold');
  });

  it('calls images defective as each run decided, unless it is told otherwise', () => {
    const [usual, careful] = [
      fabricate(scores),
      fabricate(scores, { name: 'careful', decision: { threshold: 0.9999 } }),
    ];
    const text = textOf(renderReport([usual, careful]));
    expect(text).toContain('from a score of 0.5 (ce), 0.9999 (careful) on');
    expect(text).toContain('False alarms 1 of 2 good 0 of 2 good');
    expect(textOf(renderReport([usual, careful], { threshold: 0.25 }))).toContain('from a score of 0.25 on');
  });

  it('shows the figures of metrics that it does not know', () => {
    const measured = fabricate(scores, {
      test: { n: 5, missedDefects: 1, f1: 0.66667, pixels: { seen: 12345, lost: null }, kappa: null },
    });
    const text = textOf(renderReport([measured, fabricate(scores, { name: 'other' })]));
    expect(text).toContain('Missed defects 1 not measured');
    expect(text).toContain('F1 0.667 not measured');
    expect(text).toContain('Pixels 12,345 seen not defined lost not measured');
    expect(text).toContain('Kappa not defined not measured');
  });

  it('lists what else differs between runs of one name', () => {
    const config = (learningRate: number) => ({ optimizer: { id: 'adam', learningRate } });
    const text = textOf(
      renderReport([fabricate(scores, { config: config(1) }), fabricate(scores, { config: config(2) })]),
    );
    expect(text).toContain('ce (learningRate 1) and ce (learningRate 2)');
    expect(text).toContain('optimizer.learningRate 1 2');
  });

  it('gives runs of one name different names', () => {
    const text = textOf(
      renderReport([fabricate(scores), fabricate(scores, { seed: 8 }), fabricate(scores, { seed: 8 })]),
    );
    expect(text).toContain('ce (seed 7), ce (seed 8, run 2) and ce (seed 8, run 3)');
  });

  it('needs a run', () => {
    expect(() => renderReport([])).toThrow('at least one run');
  });

  describe('with attributes', () => {
    const samples = scores.map(({ id, label }, index): SampleRecord => ({
      id,
      label,
      split: 'test',
      defectTypes: label === 1 || index === 3 ? ['dent'] : [],
      reason: '',
      shareInside: null,
      attributes: { mark: index % 2 === 0 ? 'yes' : 'no' },
    }));
    // Scores and labels: (1, 0.9, yes) (1, 0.4, no) (1, 0.8, yes) (0, 0.1, no) (0, 0.6, yes)
    const better = predictionsOf([
      [1, 0.9],
      [1, 0.4],
      [1, 0.8],
      [0, 0.1],
      [0, 0.2],
    ]);

    it('tells the accuracy of each group, and where runs differ most', () => {
      const explanations = [4, 3].map((index) => ({
        ...explanationOf(index),
        id: `image/${index}`,
        label: 0 as const,
      }));
      const runs = [scores, better, better].map((predictions, index) =>
        fabricate(predictions, { name: ['a', 'b', 'c'][index]!, samples, explanations }),
      );
      const text = textOf(renderReport(runs));
      expect(text).toContain('Of the 1 test images “good, mark: yes”, right: a on 0, b on 1 and c on 1.');
      expect(text).toMatch(/Worst group 0\.0% defective, mark: no/);
      expect(text).toMatch(/good, mark: yes 0\.0% 0 of 1, 0\.0% to 79\.3%/);
      expect(text).toContain('One image “good, mark: yes”, and what each run says of it image/4');
    });

    it('tells nothing of groups where there are none', () => {
      const without = scores.map(({ id, label }): SampleRecord => ({
        id,
        label,
        split: 'test',
        defectTypes: [],
        reason: '',
        shareInside: null,
      }));
      expect(textOf(renderReport([fabricate(scores, { samples: without })]))).not.toMatch(/worst group/i);
    });
  });
});

function explanationOf(index: number) {
  return {
    id: `image/${index}`,
    score: 0.5,
    aoiShare: null,
    imagePath: 'image.png',
    aoiPath: 'aoi.png',
    heatmapPath: 'heatmap.png',
  };
}
