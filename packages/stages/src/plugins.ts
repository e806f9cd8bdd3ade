/** The stages of this package as plugins, in the order of the usual pipeline, then those that may stand in it. */
import { defineStage } from '@foveate/contracts';
import { z } from 'zod';
import { decoyStage } from './decoy.js';
import { deduplicate } from './deduplicate.js';
import { explain } from './explain.js';
import { exportStage } from './export-model.js';
import { filterStage } from './filter.js';
import { ingest } from './ingest.js';
import { mask } from './mask.js';
import { measure } from './measure.js';
import { report } from './report.js';
import { scopeOf } from './run-scope.js';
import { sampleStage } from './sample.js';
import { split } from './split.js';
import { train } from './train.js';
import { writeMasksStage } from './write-masks.js';

const none = z.strictObject({});
const meta = (id: string, summary: string) => ({ kind: 'stage', id, contract: '^2', summary }) as const;

/** Lists the samples of `data.source`. */
export const ingestStage = defineStage({
  meta: meta('ingest', 'Lists the samples of data.source; no pixels are read.'),
  takes: null,
  gives: 'sample',
  options: none,
  register: (_, { run }) => {
    const scope = scopeOf(run);
    return () => ingest(scope);
  },
});

/** Decodes every sample once, finds its area of interest and decides its label. */
export const maskStage = defineStage({
  meta: meta('mask', 'Decodes each sample, finds its area of interest and decides its label.'),
  takes: 'sample',
  gives: 'labelled-sample',
  options: none,
  register: (_, { run }) => mask(scopeOf(run)),
});

/** Finds images that are there more than once. */
export const deduplicateStage = defineStage({
  meta: meta('deduplicate', 'Keeps images that are there more than once in one split, as data.duplicates says.'),
  takes: 'labelled-sample',
  gives: 'labelled-sample',
  options: none,
  register: (_, { run }) => deduplicate(scopeOf(run)),
});

/** Divides the samples into train, validation and test. */
export const splitStage = defineStage({
  meta: meta('split', 'Divides the samples into train, validation and test, as data.split says.'),
  takes: 'labelled-sample',
  gives: 'data-set',
  options: none,
  register: (_, { run }) => split(scopeOf(run)),
});

/** Trains the network. */
export const trainStage = defineStage({
  meta: meta('train', 'Trains the network and keeps the weights of its best epoch.'),
  takes: 'data-set',
  gives: 'trained-model',
  patience: Infinity,
  options: none,
  register: (_, { run }) => train(scopeOf(run)),
});

/** Explains test images. */
export const explainStage = defineStage({
  meta: meta('explain', 'Shows where the network looks in some test images.'),
  takes: 'trained-model',
  gives: 'trained-model',
  patience: Infinity,
  options: none,
  register: (_, { run }) => explain(scopeOf(run)),
});

/** Measures validation and test. */
export const measureStage = defineStage({
  meta: meta('measure', 'Predicts validation and test and measures the predictions.'),
  takes: 'trained-model',
  gives: 'trained-model',
  patience: Infinity,
  options: none,
  register: (_, { run }) => measure(scopeOf(run)),
});

/** Writes the page of the run. */
export const reportStage = defineStage({
  meta: meta('report', 'Writes the page of the run.'),
  takes: 'trained-model',
  gives: 'trained-model',
  options: none,
  register: (_, { run }) => report(scopeOf(run)),
});

/** Ids of the usual pipeline. */
export const usualPipeline = [
  'ingest',
  'mask',
  'deduplicate',
  'split',
  'train',
  'explain',
  'measure',
  'export',
  'report',
] as const;

/** All stages of this package. */
export const stagePlugins = [
  ingestStage,
  maskStage,
  filterStage,
  sampleStage,
  writeMasksStage,
  deduplicateStage,
  splitStage,
  decoyStage,
  trainStage,
  explainStage,
  measureStage,
  exportStage,
  reportStage,
];
