/** Statistics of two-class classifiers. Pure functions; knows nothing of models, files or runs. */
export { aurocInterval, type AurocInterval } from './auroc-interval.js';
export { averagePrecision } from './average-precision.js';
export {
  bootstrap,
  bootstrapDraws,
  percentiles,
  type Bootstrapped,
  type BootstrapOptions,
  type DrawnTraining,
} from './bootstrap.js';
export { brierScore, calibrationError, fitTemperature, temperatureLimits } from './calibration.js';
export { confusion, type Confusion } from './confusion.js';
export { delongTest, type DelongTest } from './delong.js';
export { groupAccuracies, worstGroup, type GroupAccuracy } from './groups.js';
export { holm } from './holm.js';
export { interpolated, isotonicFit, type Knot, type Observation } from './isotonic.js';
export { mcnemarExact, pairedDifferenceInterval, type PairedCounts } from './mcnemar.js';
export { criticalValue, normalQuantile, normalUpperTail } from './normal.js';
export {
  falseAlarmsAtRecall,
  operatingPoint,
  recallAtFalseAlarms,
  type OperatingPoint,
  type OperatingRule,
} from './operating-point.js';
export { rankCorrelation } from './rank-correlation.js';
export { rates, type Rates } from './rates.js';
export { auroc, aurocOfDrawn, rocCurve, type RocPoint } from './roc.js';
export { imagesNeeded } from './sample-size.js';
export { meanEstimate, pairsNeeded, studentQuantile, studentUpperTail, type MeanEstimate } from './student.js';
export { hodgesLehmann, signedRankTest, type MedianEstimate, type SignedRankTest } from './wilcoxon.js';
export { wilsonInterval, type Interval } from './wilson.js';
