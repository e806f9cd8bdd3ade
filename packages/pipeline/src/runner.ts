/** The programs' door to the pipeline. */
import type { AnyPlugin, RunEvent, SplitName } from '@foveate/contracts';
import type { AugmentPreview } from '@foveate/report';
import type { Observable } from 'rxjs';
import { Registry } from './assembly/registry.js';
import type { PluginModule } from './assembly/registry.js';
import { buildSet } from './augmented/build-set.js';
import type { BuildOptions, BuiltSet } from './augmented/build-set.js';
import { previewAugmentation } from './augmented/preview.js';
import type { PreviewOptions } from './augmented/preview.js';
import { configJsonSchema } from './config/json-schema.js';
import type { JsonSchema } from './config/json-schema.js';
import { knownPlugins } from './config/known-plugins.js';
import { makeConfig, readConfig } from './config/read.js';
import type { ConfigSetting } from './config/read.js';
import type { ConfigDefaults } from './config/resolve.js';
import type { RunConfig } from './config/run-config.js';
import { inspectData } from './inspect/inspect-data.js';
import type { InspectedData, InspectOptions } from './inspect/inspect-data.js';
import { buildLock } from './lock/build-lock.js';
import type { BuiltLock, LockOptions } from './lock/build-lock.js';
import { inspectModel } from './models/inspect-model.js';
import type { InspectedModel } from './models/inspect-model.js';
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
export interface RunnerParts {
  readonly plugins: readonly AnyPlugin[];
  /** Where workers find the same list; without it all work on data is done in this thread. */
  readonly pluginModule?: PluginModule;
  /** Configuration that fills in what a file leaves out, among it the ids of default plugins. */
  readonly defaults: ConfigDefaults;
  /**
   * Runs and remembers plugin packages that configurations, also those of run folders, name and that are not installed in
   * the working folder. Default: they are refused (`PLUGIN_NOT_ALLOWED`) unless they were allowed before.
   */
  readonly allowPlugins?: boolean;
}

/** Reads configurations and runs them. All errors are FoveateErrors. */
export interface Runner {
  /** Plugins handed over, checked. */
  readonly registry: Registry;
  /** Reads and validates a YAML or JSON file; `overrides` are `a.b=c` texts. */
  readConfig(file: string, overrides?: readonly string[]): Promise<RunConfig>;
  /** Validates a configuration made by a program; relative paths in it start from `baseFolder`. */
  makeConfig(value: unknown, baseFolder: string, overrides?: readonly string[]): Promise<RunConfig>;
  /**
   * The plugins handed over and those of packages.
   * @param names of packages, looked up from the working folder, or of configuration files, whose packages are meant
   */
  knownPlugins(names: readonly string[]): Promise<Registry>;
  /** JSON Schema of configurations with the plugins handed over and those of packages, named as for `knownPlugins`. */
  jsonSchema(names?: readonly string[]): Promise<JsonSchema>;
  /** Reads, labels and divides the data of a configuration and counts what it finds; trains nothing. */
  inspectData(config: RunConfig, options: InspectOptions): Promise<InspectedData>;
  /** Writes down the content hash, label and split of every sample of a configuration. */
  buildLock(config: RunConfig, options: LockOptions): Promise<BuiltLock>;
  /** The model of a configuration, built for its input size and described; two classes if not told otherwise. */
  inspectModel(config: RunConfig, classes?: number): Promise<InspectedModel>;
  /** Trains, explains, measures and reports. */
  run(config: RunConfig, options: RunOptions): Observable<RunEvent>;
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
export function createRunner({ plugins, pluginModule, defaults, allowPlugins = false }: RunnerParts): Runner {
  const registry = Registry.of(plugins, pluginModule);
  const setting: ConfigSetting = { registry, defaults, consent: allowPlugins ? 'allow' : 'ask' };
  const never = new AbortController().signal;
  return {
    registry,
    readConfig: (file, overrides = []) => readConfig(file, overrides, setting),
    makeConfig: (value, baseFolder, overrides = []) => makeConfig(value, baseFolder, setting, overrides),
    knownPlugins: (names) => knownPlugins(names, setting),
    jsonSchema: async (names = []) => configJsonSchema(await knownPlugins(names, setting)),
    inspectData: (config, options) => inspectData(config, registry, options),
    buildLock: (config, options) => buildLock(config, registry, options),
    inspectModel: (config, classes) => inspectModel(config, registry, classes),
    run: (config, options) => run(config, registry, options),
    tryEngine: (config) => tryEngine(config, registry),
    previewAugmentation: (config, options) => previewAugmentation(config, registry, options),
    buildAugmentedSet: (config, options) => buildSet(config, registry, options),
    evaluate: (folder, split, signal = never) => evaluateRun(folder, split, setting, signal),
    export: (folder, options, signal = never) => exportRun(folder, options, setting, signal),
    explain: (folder, files, onVerdict, { signal = never, ...limits } = {}) =>
      explainImages(folder, files, onVerdict, { setting, signal, limits }),
  };
}
