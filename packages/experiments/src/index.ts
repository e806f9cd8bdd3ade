/** Experiments: arms, data, models and seeds, run and compared. */
export { runExperiment, type ExperimentOptions, type ExperimentOutcome } from './experiment.js';
export { planRuns, runName, type PlannedRun } from './plan.js';
export { makeExperiment, readExperiment, type ReadExperiment } from './read-experiment.js';
export type { FailedRun, RunReport, Workers } from './run-all.js';
export { experimentSchema, type Experiment } from './schema.js';
