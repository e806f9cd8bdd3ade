/** The programs' door to the pipeline. */
import type { RunEvent, SplitName } from '@foveate/contracts';
import type { AugmentPreview } from '@foveate/report';
import type { Observable } from 'rxjs';
import { configReader } from '@foveate/assembly';
import type { ConfigReader, ConfigReaderParts, RunConfig } from '@foveate/assembly';
import { buildSet } from './augmented/build-set.js';
import type { BuildOptions, BuiltSet } from './augmented/build-set.js';
import { previewAugmentation } from './augmented/preview.js';
import type { PreviewOptions } from './augmented/preview.js';
import { describePipeline, type DescribedPipeline } from './describe/describe-pipeline.js';
import { inspectData } from './inspect/inspect-data.js';
import type { InspectedData, InspectOptions } from './inspect/inspect-data.js';
import { buildLock } from './lock/build-lock.js';
import type { BuiltLock, LockOptions } from './lock/build-lock.js';
import { inspectModel } from './inspect/inspect-model.js';
import type { InspectedModel } from './inspect/inspect-model.js';
import type { ImageLimits } from './run/explained-images.js';
import { exportRun } from './run/export-run.js';
import type { ExportedModel, ExportOptions } from './run/export-run.js';
import { run } from './run/run.js';
import type { RunOptions } from './run/run.js';
import { evaluateRun, explainImages } from './run/trained-run.js';
import type { Evaluation, Verdict } from './run/trained-run.js';
import { tryEngine } from './run/try-engine.js';
import type { EngineTrial } from './run/try-engine.js';

/** What a runner is made of. */
export type RunnerParts = ConfigReaderParts;

/** Reads configurations and runs them. All errors are FoveateErrors. */
export interface Runner extends ConfigReader {
  /** Reads, labels and divides the data of a configuration and counts what it finds; trains nothing. */
  inspectData(config: RunConfig, options: InspectOptions): Promise<InspectedData>;
  /** Writes down the content hash, label and split of every sample of a configuration. */
  buildLock(config: RunConfig, options: LockOptions): Promise<BuiltLock>;
  /** The model of a configuration, built for its input size and described; two classes if not told otherwise. */
  inspectModel(config: RunConfig, classes?: number): Promise<InspectedModel>;
  /** Trains, explains, measures and reports. */
  run(config: RunConfig, options: RunOptions): Observable<RunEvent>;
  /** What a run of a configuration would be put together from: stages, ports, plugins with versions; reads no data. */
  describePipeline(config: RunConfig): Promise<DescribedPipeline>;
  /** Trains a few steps on noise with the model, loss, optimizer and engine of a configuration; reads no data. */
  tryEngine(config: RunConfig): Promise<EngineTrial>;
  /** Shows what the augmentation of a configuration makes of some training images. */
  previewAugmentation(config: RunConfig, options: PreviewOptions): Promise<AugmentPreview>;
  /** Multiplies the training split of a configuration into ordinary files, the other splits beside it. */
  buildAugmentedSet(config: RunConfig, options: BuildOptions): Promise<BuiltSet>;
  /** Measures a run's best checkpoint again. */
  evaluate(folder: string, split: SplitName, signal?: AbortSignal): Promise<Evaluation>;
  /** Writes a run's best checkpoint as a model file that runs elsewhere, and tries it. */
  export(folder: string, options: ExportOptions, signal?: AbortSignal): Promise<ExportedModel>;
  /** Classifies and explains image files with a run's best checkpoint; `onVerdict` is told of each in order, and waited for. */
  explain(
    folder: string,
    files: readonly string[],
    onVerdict: (verdict: Verdict) => void | Promise<void>,
    options?: ImageLimits & { readonly signal?: AbortSignal },
  ): Promise<void>;
}

/**
 * A runner over a list of plugins.
 * @throws FoveateError `PLUGIN_INVALID` for a plugin that does not keep the contract
 */
export function createRunner(parts: RunnerParts): Runner {
  const reader = configReader(parts);
  const { registry, setting } = reader;
  const never = new AbortController().signal;
  return {
    ...reader,
    inspectData: (config, options) => inspectData(config, registry, options),
    buildLock: (config, options) => buildLock(config, registry, options),
    inspectModel: (config, classes) => inspectModel(config, registry, classes),
    run: (config, options) => run(config, registry, options),
    describePipeline: (config) => describePipeline(config, registry),
    tryEngine: (config) => tryEngine(config, registry),
    previewAugmentation: (config, options) => previewAugmentation(config, registry, options),
    buildAugmentedSet: (config, options) => buildSet(config, registry, options),
    evaluate: (folder, split, signal = never) => evaluateRun(folder, split, setting, signal),
    export: (folder, options, signal = never) => exportRun(folder, options, setting, signal),
    explain: (folder, files, onVerdict, { signal = never, ...limits } = {}) =>
      explainImages(folder, files, onVerdict, { setting, signal, limits }),
  };
}
