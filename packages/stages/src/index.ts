/** The stages of a pipeline as typed RxJS operators. */
export {
  augmentSample,
  replay,
  type AugmentationSetting,
  type AugmentedSample,
  type Operation,
  type OperationRecord,
} from './data/augment-sample.js';
export { evaluationBatches, type BatchStage } from './data/batches.js';
export { Depths } from './data/depth.js';
export { Others } from './data/donor-samples.js';
export { operationsOf } from './data/operations.js';
export { batchStage, recordedData, requireSameSamples, sampleRecords } from './data/recorded-data.js';
export { SampleStore, type Stored } from './data/sample-store.js';
export { deduplicate } from './deduplicate.js';
export { chooseExplained, explain, rastersOf, type Evaluator } from './explain.js';
export { mapOnDemand } from './flow/map-on-demand.js';
export { pull } from './flow/pull.js';
export { groupBy } from './group-by.js';
export { ingest } from './ingest.js';
export { describeModel, type LayerDescription, type ModelDescription } from './learning/describe-model.js';
export { guidanceWarnings } from './learning/guidance-warnings.js';
export { openLogs } from './learning/logged.js';
export { buildNetwork, checkModel, type Network } from './learning/network.js';
export { writePredictions } from './learning/predictions.js';
export { trunkCacheOf, trunkOf } from './learning/trunk-cache.js';
export { loadData, type LoadedData, type LoadingEvent } from './load-data.js';
export { checkLock, lockMismatch } from './lock/check-lock.js';
export { dataHash, writeLock } from './lock/lock-file.js';
export { lockSample } from './lock/locked-sample.js';
export { mask, type MaskedItem } from './mask.js';
export { measure, type Measured } from './measure.js';
export { report } from './report.js';
export { split, type DataSet } from './split.js';
export { train } from './train.js';
export { LocalWork } from './worker/data-work.js';
export { openWork, type WorkSetting } from './worker/open-work.js';
