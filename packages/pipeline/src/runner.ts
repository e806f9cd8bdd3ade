/** The programs' door to the pipeline. */
import type { RunEvent, SplitName } from '@foveate/contracts';
import type { Audit, AugmentPreview } from '@foveate/report';
import type { Observable } from 'rxjs';
import { configReader } from '@foveate/assembly';
import type { ConfigReader, ConfigReaderParts, RunConfig } from '@foveate/assembly';
import { auditRun, type AuditOptions } from './audit/audit-run.js';
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
import { openAreaFinder, type AreaFinder } from './run/area-finder.js';
import { explainImages, type ExplainedImage, type ExplainOptions } from './run/explain-images.js';
import { exportRun } from './run/export-run.js';
import type { ExportedModel, ExportOptions } from './run/export-run.js';
import { run } from './run/run.js';
import type { RunOptions } from './run/run.js';
import { evaluateRun } from './run/trained-run.js';
import type { Evaluation } from './run/trained-run.js';
import { task, type Task, type TaskOptions } from '@foveate/contracts/task';
import { tryEngine } from './run/try-engine.js';
import type { EngineTrial } from './run/try-engine.js';

/** What a runner is made of. */
export type RunnerParts = ConfigReaderParts;

/**
 * Reads configurations and works with them. What takes long is a {@link Task}: a stream of events that ends with the result,
 * cancelled by unsubscribing, and that can be awaited. All errors are FoveateErrors.
 */
export interface Runner extends ConfigReader {
  /** Reads, labels and divides the data of a configuration and counts what it finds; trains nothing. */
  inspectData(config: RunConfig, options: InspectOptions & TaskOptions): Task<InspectedData>;
  /** Writes down the content hash, label and split of every sample of a configuration. */
  buildLock(config: RunConfig, options: LockOptions & TaskOptions): Task<BuiltLock>;
  /** The model of a configuration, built for its input size and described; two classes if not told otherwise. */
  inspectModel(config: RunConfig, classes?: number): Promise<InspectedModel>;
  /** Runs the pipeline of a configuration. All who subscribe follow one run; see `shareRun`. */
  run(config: RunConfig, options: RunOptions): Observable<RunEvent>;
  /** What a run of a configuration would be put together from: stages, ports, plugins with versions; reads no data. */
  describePipeline(config: RunConfig): Promise<DescribedPipeline>;
  /** Trains a few steps on noise with the model, loss, optimizer and engine of a configuration; reads no data. */
  tryEngine(config: RunConfig): Promise<EngineTrial>;
  /** Shows what the augmentation of a configuration makes of some training images. */
  previewAugmentation(config: RunConfig, options: PreviewOptions & TaskOptions): Task<AugmentPreview>;
  /** Multiplies the training split of a configuration into ordinary files, the other splits beside it. */
  buildAugmentedSet(config: RunConfig, options: BuildOptions & TaskOptions): Task<BuiltSet>;
  /** Measures a run's best checkpoint again. */
  evaluate(folder: string, split: SplitName, options?: TaskOptions): Task<Evaluation>;
  /** Writes a run's best checkpoint as a model file that runs elsewhere, and tries it. */
  export(folder: string, options: ExportOptions & TaskOptions): Task<ExportedModel>;
  /**
   * Classifies and explains image files with the network of a run. The result is their number.
   * @param onExplained is told of each image in order, and waited for, so that few of them are in memory
   */
  explain(
    folder: string,
    files: readonly string[],
    onExplained: (image: ExplainedImage) => void | Promise<void>,
    options?: ExplainOptions & TaskOptions,
  ): Task<number>;
  /** Finds areas of interest as a run does, in images that are in no data set. */
  openAreaFinder(folder: string): Promise<AreaFinder>;
  /** Counts the verdicts of a run that change when what is outside, or inside, the area of interest is disturbed. */
  audit(folder: string, options: AuditOptions & TaskOptions): Task<Audit>;
}

/**
 * A runner over a list of plugins.
 * @throws FoveateError `PLUGIN_INVALID` for a plugin that does not keep the contract
 */
export function createRunner(parts: RunnerParts): Runner {
  const reader = configReader(parts);
  const { registry, setting } = reader;
  return {
    ...reader,
    inspectData: (config, options) => task((context) => inspectData(config, registry, options, context), options),
    buildLock: (config, options) => task((context) => buildLock(config, registry, options, context), options),
    inspectModel: (config, classes) => inspectModel(config, registry, classes),
    run: (config, options) => run(config, registry, options),
    describePipeline: (config) => describePipeline(config, registry),
    tryEngine: (config) => tryEngine(config, registry),
    previewAugmentation: (config, options) =>
      task((context) => previewAugmentation(config, registry, options, context), options),
    buildAugmentedSet: (config, options) => task((context) => buildSet(config, registry, options, context), options),
    evaluate: (folder, split, options) => task(({ signal }) => evaluateRun(folder, split, setting, signal), options),
    export: (folder, options) => task(({ signal }) => exportRun(folder, options, setting, signal), options),
    explain: (folder, files, onExplained, options = {}) =>
      task(async ({ signal, progress }) => {
        let done = 0;
        const tell = async (image: ExplainedImage) => {
          await onExplained(image);
          progress('explained', ++done, files.length * (options.explainers?.length ?? 1));
        };
        await explainImages(folder, files, tell, { setting, signal, options });
        return done;
      }, options),
    openAreaFinder: (folder) => openAreaFinder(folder, setting),
    audit: (folder, options) => task((context) => auditRun(folder, options, setting, context), options),
  };
}
