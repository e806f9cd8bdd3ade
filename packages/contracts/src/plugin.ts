/** Plugin definition: what a package exports so that a configuration can name it. */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import type { AoiProvider, Augmentation, Labeller, SampleSource, Splitter } from './data-plugins.js';
import type { Engine, Explainer, Loss, Metric, ModelFactory, Optimizer } from './learning-plugins.js';
import type { RunObserver } from './observer.js';
import type { MaskLoss, SegmenterFactory } from './segmentation-plugins.js';
import type { Stage } from './stage.js';

/** The version of this contract. A plugin states the range it was written for; it is checked at registration. */
export const contractVersion = '2.0.0';

/**
 * A named piece of configuration, with the keys of a configuration file: it fills in what a configuration that names it
 * leaves out. It may say `data`, `model`, `loss`, `optimizer`, `explain`, `metrics`, `training` and `engine`.
 */
export type Preset = Readonly<Record<string, unknown>>;

/** Plugin kinds and the service each provides. */
export interface PluginServices {
  preset: Preset;
  stage: Stage;
  source: SampleSource;
  aoi: AoiProvider;
  labeller: Labeller;
  splitter: Splitter;
  augmentation: Augmentation;
  model: ModelFactory;
  loss: Loss;
  segmenter: SegmenterFactory;
  'mask-loss': MaskLoss;
  optimizer: Optimizer;
  explainer: Explainer;
  metric: Metric;
  engine: Engine;
  observer: RunObserver;
}

/** What a plugin can be. */
export type PluginKind = keyof PluginServices;

/** All plugin kinds, in pipeline order. */
export const pluginKinds = [
  'preset',
  'stage',
  'source',
  'aoi',
  'labeller',
  'splitter',
  'augmentation',
  'model',
  'loss',
  'segmenter',
  'mask-loss',
  'optimizer',
  'explainer',
  'metric',
  'engine',
  'observer',
] as const satisfies readonly PluginKind[];

/** Who a plugin is. The same record stands in the package's package.json under `foveate.plugins`. */
export interface PluginMeta<K extends PluginKind = PluginKind> {
  readonly kind: K;
  /** Name in configurations: lower case words joined by hyphens, unique within the kind. */
  readonly id: string;
  /** Range of {@link contractVersion} the plugin was written for, as npm writes ranges: `^2`. */
  readonly contract: string;
  /** One sentence for lists and the editor. */
  readonly summary: string;
}

/** A plugin as the run used it: id and validated options, defaults filled in. */
export interface ChosenPlugin {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A preset as a run used it. */
export interface AppliedPreset extends ChosenPlugin {
  /** Keys of the configuration that it filled in, such as `loss` and `data.augment.0`. */
  readonly filledIn: readonly string[];
}

/** A schema that validates options and describes them as JSON Schema (Zod 4.2 or newer has both). */
export type OptionsSchema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output> &
  StandardJSONSchemaV1<Input, Output>;

/** What a plugin may ask the container for while it is built. */
export interface PluginContext {
  /** Folder of the configuration file; relative paths in options are relative to it. */
  readonly baseFolder: string;
  /** Seed of the run. */
  readonly seed: number;
  /**
   * A service of another plugin by kind and id, built with its default options; without `id` the one the
   * configuration chose.
   * @throws FoveateError `PLUGIN_UNKNOWN`; `PLUGIN_INVALID` when plugins ask for each other in a circle
   */
  get<K extends PluginKind>(kind: K, id?: string): Promise<PluginServices[K]>;
}

/** A plugin that an option of another plugin named, built. */
export interface BuiltPlugin<K extends PluginKind = PluginKind> {
  readonly id: string;
  readonly service: PluginServices[K];
}

/** A plugin: who it is, its options, and how its service is made. */
export interface Plugin<K extends PluginKind = PluginKind, Options = unknown> {
  readonly meta: PluginMeta<K>;
  readonly options: OptionsSchema<unknown, Options>;
  /**
   * Of an engine: options that may or may not work on a machine, each tried on its own by `foveate doctor`. Missing keys
   * have their defaults.
   */
  readonly variants?: readonly Readonly<Record<string, unknown>>[];
  /**
   * Options that are a plugin or, where the schema says so, a list of plugins, and of which kind. A configuration names
   * plugins there as it does elsewhere, and they are checked; `register` gets a {@link BuiltPlugin} or a list of them instead.
   */
  readonly slots?: Readonly<Record<string, PluginKind>>;
  /** Of a stage: the port whose items it takes; null where a pipeline starts. */
  readonly takes?: string | null;
  /** Of a stage: the port of the items it gives. */
  readonly gives?: string;
  /** Of a stage: whether a pipeline may hold it more than once; default: it may not. */
  readonly repeatable?: boolean;
  /** Of a stage: seconds it may give and say nothing once it has all of its input; default 600, then it counts as stuck. */
  readonly patience?: number;
  register(options: Options, context: PluginContext): PluginServices[K] | Promise<PluginServices[K]>;
}

/** A plugin of any kind, its option type forgotten. */
// `register` is declared as a method, whose parameters compare both ways: every Plugin<K, O> is an AnyPlugin.
export type AnyPlugin = { [K in PluginKind]: Plugin<K> }[PluginKind];

/**
 * Declares a plugin. Options are inferred from the schema's output.
 * @example
 * export const constantLoss = definePlugin({
 *   meta: { kind: 'loss', id: 'constant', contract: '^2', summary: 'Always the same loss.' },
 *   options: z.strictObject({ value: z.number().default(1) }),
 *   register: ({ value }) => ({ uses: [], compute: … }),
 * });
 */
export function definePlugin<K extends PluginKind, Schema extends OptionsSchema>(definition: {
  readonly meta: PluginMeta<K>;
  readonly options: Schema;
  readonly variants?: Plugin['variants'];
  readonly slots?: Plugin['slots'];
  register(
    options: StandardSchemaV1.InferOutput<Schema>,
    context: PluginContext,
  ): PluginServices[K] | Promise<PluginServices[K]>;
}): Plugin<K, StandardSchemaV1.InferOutput<Schema>> {
  return definition as unknown as Plugin<K, StandardSchemaV1.InferOutput<Schema>>;
}

/** The DI token of a kind's service; shared by all copies of this package. */
export function serviceToken(kind: PluginKind): symbol {
  return Symbol.for(`foveate.service.${kind}`);
}
