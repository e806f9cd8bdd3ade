import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { usualDecision, type Metric, type Plugin, type PluginContext, type Prediction } from '@foveate/contracts';
import * as metrics from './index.js';

const context: PluginContext = {
  baseFolder: '.',
  seed: 0,
  get: () => {
    throw new Error('not asked for');
  },
};

/** A metric that is told a decision, by default the usual one. */
async function metric<O>(plugin: Plugin<'metric', O>, options: unknown = {}) {
  const parsed = await plugin.options['~standard'].validate(options);
  if (parsed.issues) throw new Error(parsed.issues[0]?.message);
  const built: Metric = await plugin.register(parsed.value, context);
  return { measure: (of: readonly Prediction[], decision = usualDecision) => built.measure(of, decision) };
}

const predictions: readonly Prediction[] = [
  { id: 'a', label: 0, score: 0.1, loss: 0.1, aoiShare: 0 },
  { id: 'b', label: 0, score: 0.5, loss: 0.7 },
  { id: 'c', label: 1, score: 0.5, loss: 0.6, aoiShare: 0.25 },
  { id: 'd', label: 1, score: 0.9, loss: 0.2, aoiShare: 1 },
  { id: 'e', label: 1, score: 0.2, loss: 1.4 },
];

describe('classification', () => {
  it('measures a case computed by hand', async () => {
    // Pairs won: c beats a and ties b, d beats both, e beats a: 1½ + 2 + 1 of 6.
    expect((await metric(metrics.classification)).measure(predictions)).toEqual({
      n: 5,
      accuracy: 3 / 5,
      auroc: 4.5 / 6,
      loss: expect.closeTo(0.6, 15),
      confusion: { tn: 1, fp: 1, fn: 1, tp: 2 },
    });
  });

  it('moves verdicts with the threshold, not the AUROC', async () => {
    expect((await metric(metrics.classification, { threshold: 0.6 })).measure(predictions)).toMatchObject({
      accuracy: 3 / 5,
      auroc: 4.5 / 6,
      confusion: { tn: 2, fp: 0, fn: 2, tp: 1 },
    });
    await expect(metric(metrics.classification, { threshold: 50 })).rejects.toThrow();
    await expect(metric(metrics.classification, { treshold: 0.5 })).rejects.toThrow();
  });

  it('has null where nothing is defined', async () => {
    const classification = await metric(metrics.classification);
    expect(classification.measure(predictions.slice(0, 2))).toMatchObject({ n: 2, accuracy: 0.5, auroc: null });
    expect(classification.measure([])).toEqual({
      n: 0,
      accuracy: null,
      auroc: null,
      loss: null,
      confusion: { tn: 0, fp: 0, fn: 0, tp: 0 },
    });
  });
});

describe('aoi-share', () => {
  it('is the mean over defective images that have a heatmap', async () => {
    const share = await metric(metrics.aoiShare);
    expect(share.measure(predictions)).toEqual({ aoiShare: 0.625 });
    expect(share.measure(predictions.slice(0, 2))).toEqual({ aoiShare: null });
  });
});

describe('worst-group', () => {
  const marked = (label: 0 | 1, score: number, mark: string): Prediction => ({
    id: `${label}${score}${mark}`,
    label,
    score,
    loss: 0,
    attributes: { mark },
  });

  it('tells the accuracy of each group of label and attributes, and the lowest', async () => {
    const measured = (await metric(metrics.worstGroup)).measure([
      marked(0, 0.9, 'yes'),
      marked(0, 0.2, 'yes'),
      marked(0, 0.1, 'no'),
      marked(1, 0.7, 'no'),
      marked(1, 0.1, 'no'),
      marked(1, 0.2, 'no'),
    ]);
    expect(measured).toEqual({
      worstGroup: expect.closeTo(1 / 3, 15),
      groups: { 'good, mark: no': 1, 'good, mark: yes': 0.5, 'defective, mark: no': expect.closeTo(1 / 3, 15) },
    });
  });

  it('says nothing where no image has attributes', async () => {
    expect((await metric(metrics.worstGroup)).measure(predictions)).toEqual({});
  });
});

describe('verdicts', () => {
  it.each([
    metrics.classification,
    metrics.rates,
    metrics.worstGroup,
    metrics.defectTypes,
  ] as readonly Plugin<'metric'>[])(
    'of %# are those of the decision, unless the metric has a threshold of its own',
    async (plugin) => {
      const known = predictions.map((one) => ({ ...one, attributes: { mark: 'no' }, defectTypes: ['dent'] }));
      const at = async (options: object, threshold: number) =>
        (await metric(plugin, options)).measure(known, { threshold });
      expect(await at({}, 0.3)).toEqual(await at({ threshold: 0.3 }, 0.5));
      expect(await at({}, 0.3)).not.toEqual(await at({}, 0.95));
    },
  );
});

describe('defect types', () => {
  const shown = (label: 0 | 1, score: number, ...defectTypes: string[]): Prediction => ({ id: '', label, score, loss: 0, defectTypes }); // prettier-ignore

  it('have a recall each, of the defective images alone', async () => {
    const measured = (await metric(metrics.defectTypes)).measure([
      shown(1, 0.9, 'dent'),
      shown(1, 0.1, 'dent', 'scratch'),
      shown(1, 0.8, 'dent', 'dent'),
      shown(0, 0.9, 'dent', 'stain'),
      shown(0, 0.1),
    ]);
    expect(measured).toEqual({
      recallByType: { dent: expect.closeTo(2 / 3, 15), scratch: 0 },
      imagesByType: { dent: 3, scratch: 1 },
    });
  });

  it('are nothing where none is told, and empty where no image is defective', async () => {
    const { measure } = await metric(metrics.defectTypes);
    expect([measure(predictions), measure([])]).toEqual([{}, {}]);
    expect(measure([shown(0, 0.2, 'stain')])).toEqual({ recallByType: {}, imagesByType: {} });
  });
});

it('is listed in package.json as it is in code', () => {
  const manifest = createRequire(import.meta.url)('../package.json') as {
    foveate: { plugins: { kind: string; id: string; export: keyof typeof metrics; summary: string }[] };
  };
  expect(manifest.foveate.plugins.map((entry) => entry.export).sort()).toEqual(Object.keys(metrics).sort());
  for (const { kind, id, summary, ...entry } of manifest.foveate.plugins) {
    expect(metrics[entry.export].meta).toEqual({ kind, id, summary, contract: '^2' });
  }
});

describe('rates, ranking and calibration', () => {
  it('measure a case computed by hand', async () => {
    expect((await metric(metrics.rates)).measure(predictions)).toEqual({
      balancedAccuracy: (2 / 3 + 1 / 2) / 2,
      recall: 2 / 3,
      specificity: 1 / 2,
      precision: 2 / 3,
      f1: 4 / 6,
      mcc: expect.closeTo((2 - 1) / Math.sqrt(3 * 3 * 2 * 2), 14),
    });
    // In falling order: d; b and c tied; e; a.
    expect((await metric(metrics.ranking, { falseAlarms: 0, recall: 0.5 })).measure(predictions)).toEqual({
      averagePrecision: expect.closeTo(1 / 3 + (1 / 3) * (2 / 3) + (1 / 3) * (3 / 4), 14),
      recallAtFalseAlarms: 1 / 3,
      falseAlarmsAtRecall: 1 / 2,
    });
    expect((await metric(metrics.calibration)).measure(predictions)).toEqual({
      brier: expect.closeTo((0.01 + 0.25 + 0.25 + 0.01 + 0.64) / 5, 14),
      calibrationError: expect.closeTo(Math.abs(2.2 - 3) / 5, 14),
    });
  });

  it('are null where nothing can be said', async () => {
    expect((await metric(metrics.calibration)).measure([])).toEqual({ brier: null, calibrationError: null });
    expect((await metric(metrics.ranking)).measure(predictions.slice(0, 2))).toEqual({ averagePrecision: null, recallAtFalseAlarms: null, falseAlarmsAtRecall: null }); // prettier-ignore
    expect((await metric(metrics.rates)).measure([])).toMatchObject({ balancedAccuracy: null, mcc: null });
  });
});
