/** The tasks over pipelines: run, inspect, lock, augment, evaluate, export, audit. */
export type { AuditOptions } from './audit/audit-run.js';
export type { DisturbanceOptions } from './audit/disturbances.js';
export type { BuildOptions, BuiltSet } from './augmented/build-set.js';
export type { PreviewOptions } from './augmented/preview.js';
export { pipelineMermaid } from './describe/describe-pipeline.js';
export type { DescribedPipeline, DescribedPlugin, DescribedStage } from './describe/describe-pipeline.js';
export type { InspectedData, InspectOptions } from './inspect/inspect-data.js';
export type { InspectedModel } from './inspect/inspect-model.js';
export type { BuiltLock, LockOptions } from './lock/build-lock.js';
export type { ExportedModel, ExportOptions } from './run/export-run.js';
export type { LoadedData, RunOptions } from './run/run.js';
export type { ExplainedImage } from './run/explain-images.js';
export type { Evaluation } from './run/trained-run.js';
export type { EngineTrial } from './run/try-engine.js';
export type { ExportCheck } from './run/try-export.js';
export { Task, type TaskEvent, type TaskOptions, type TaskProgress, type TaskResult } from '@foveate/contracts/task';
export { createRunner } from './runner.js';
export type { Runner, RunnerParts } from './runner.js';
