/** Stages: what a pipeline is put together from. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Observable, OperatorFunction } from 'rxjs';
import type { SourceItem } from './data-plugins.js';
import type { DuplicateCluster, Fingerprint } from './duplicates.js';
import type { RunEvent } from './events.js';
import type { OptionsSchema, Plugin, PluginContext, PluginMeta } from './plugin.js';
import type { LabelledSample, SampleDepth, Skip } from './sample.js';

/** A labelled sample on its way through a pipeline. Stages hand on what they do not know. */
export interface LabelledSampleItem {
  readonly sample: LabelledSample;
  /** Where its pixels at network size are kept. */
  readonly slot?: number;
  /** State of its files when it was labelled. */
  readonly stamps?: readonly string[];
  /** What its image is compared by, where duplicates are looked for. */
  readonly fingerprint?: Fingerprint;
  /** Of an image file of 16 bits. */
  readonly depth?: SampleDepth;
}

/** What flows between labelling and split: samples, those left out with their reasons, and duplicates found. */
export type LabelledItem = LabelledSampleItem | { readonly skip: Skip } | { readonly duplicates: DuplicateCluster };

/**
 * Ports by name, and what flows through each. Packages add theirs by declaration merging; a port without an entry here
 * carries values of unknown type.
 */
export interface StagePorts {
  /** Samples as their source describes them; no pixels. */
  sample: SourceItem;
  'labelled-sample': LabelledItem;
}

/** What flows through a port. */
export type PortItem<Port extends string | null> = Port extends keyof StagePorts
  ? StagePorts[Port]
  : Port extends null
    ? never
    : unknown;

/**
 * An RxJS operator. Nothing happens before the subscription; completes after its input does; unsubscribing releases
 * everything. Items it can do nothing with (skips, say) are handed on.
 */
export type Stage = (items: Observable<never>) => Observable<unknown>;

/** The run that a stage is part of. */
export interface StageRun {
  /** Absolute folder that the run writes into; undefined where nothing is to be written, as in an inspection. */
  readonly folder: string | undefined;
  /** The configuration as used, everything filled in, as it stands in `run.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Aborted: work at hand is finished and the stream completes. */
  readonly signal: AbortSignal;
  /** Tells all who follow the run. */
  emit(event: RunEvent): void;
}

/** What a stage may ask for while it is built. */
export interface StageContext extends PluginContext {
  readonly run: StageRun;
}

/** What a stage takes and gives, besides its options. */
export interface StageDeclaration {
  /** Port whose items it takes; null: it is where a pipeline starts. */
  readonly takes: string | null;
  /** Port of the items it gives. */
  readonly gives: string;
  /** True: a pipeline may hold it more than once. Default: a second one is an error. */
  readonly repeatable?: boolean;
  /** Seconds it may give and say nothing once it has all of its input; default 600, then it counts as stuck. */
  readonly patience?: number;
}

/**
 * Declares a stage. The types of its ports and options are checked against what `register` returns.
 * @example
 * export const brightOnly = defineStage({
 *   meta: { kind: 'stage', id: 'bright-only', contract: '^2', summary: 'Leaves out samples whose id says dark.' },
 *   takes: 'labelled-sample',
 *   gives: 'labelled-sample',
 *   options: z.strictObject({}),
 *   register: () => (items) => items.pipe(map((item) => …)),
 * });
 */
export function defineStage<
  Schema extends OptionsSchema,
  Takes extends (keyof StagePorts & string) | (string & {}) | null,
  Gives extends (keyof StagePorts & string) | (string & {}),
>(definition: {
  readonly meta: PluginMeta<'stage'>;
  readonly takes: Takes;
  readonly gives: Gives;
  readonly repeatable?: boolean;
  readonly patience?: number;
  readonly options: Schema;
  register(
    options: StandardSchemaV1.InferOutput<Schema>,
    context: StageContext,
  ): OperatorFunction<PortItem<Takes>, PortItem<Gives>> | Promise<OperatorFunction<PortItem<Takes>, PortItem<Gives>>>;
}): Plugin<'stage', StandardSchemaV1.InferOutput<Schema>> & StageDeclaration {
  return definition as unknown as Plugin<'stage', StandardSchemaV1.InferOutput<Schema>> & StageDeclaration;
}
