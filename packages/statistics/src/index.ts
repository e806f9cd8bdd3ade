/** Statistics of two-class classifiers. Pure functions; knows nothing of models, files or runs. */
export { aurocInterval, type AurocInterval } from './auroc-interval.js';
export { confusion, type Confusion } from './confusion.js';
export { delongTest, type DelongTest } from './delong.js';
export { groupAccuracies, worstGroup, type GroupAccuracy } from './groups.js';
export { interpolated, isotonicFit, type Knot, type Observation } from './isotonic.js';
export { mcnemarExact, pairedDifferenceInterval, type PairedCounts } from './mcnemar.js';
export { criticalValue, normalQuantile, normalUpperTail } from './normal.js';
export { auroc, rocCurve, type RocPoint } from './roc.js';
export { wilsonInterval, type Interval } from './wilson.js';
