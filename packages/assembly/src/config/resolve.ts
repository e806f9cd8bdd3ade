/** Validates a configuration as written against the base schema and each chosen plugin's own schema. */
import { basename, extname, resolve } from 'node:path';
import { fail } from '@foveate/contracts';
import type { ChosenPlugin } from '@foveate/contracts';
import type { Registry } from '../registry.js';
import { baseSchema, explainSchema, nearDuplicate } from './base-schema.js';
import type { BaseConfig } from './base-schema.js';
import type { ConfigDocument } from './document.js';
import { SchemaGuide } from './guide.js';
import { baseJsonSchema, explainJsonSchema } from './json-schema.js';
import { isObject } from './plain-object.js';
import { withListedPlugins } from './listed-plugins.js';
import { knownStages, portProblems, portsOf } from './ports.js';
import type { PlainObject } from './plain-object.js';
import { Problems } from './problems.js';
import { resolveList, resolvePlugin } from './resolve-plugin.js';
import type { RunConfig } from './run-config.js';
import { slots } from './slots.js';
import type { Slot } from './slots.js';

/** A configuration whose missing parts are filled in: what {@link resolveConfig} expects at least. */
export type ConfigDefaults = Readonly<Record<string, unknown>>;

/** Keys missing in `value` come from `defaults`; plugin slots are taken whole. */
export function withDefaults(value: unknown, defaults: ConfigDefaults): unknown {
  if (value === null || value === undefined) return structuredClone(defaults);
  if (!isObject(value)) return value;
  const { data: dataDefaults, ...others } = defaults;
  const data = value['data'] ?? {};
  return {
    ...structuredClone(others),
    ...value,
    ...(isObject(dataDefaults) && isObject(data) ? { data: { ...structuredClone(dataDefaults), ...data } } : {}),
  };
}

/**
 * Validates a configuration.
 * @param file path of the configuration file: names the run and is where relative paths start
 * @throws FoveateError `CONFIG_INVALID` or `PLUGIN_UNKNOWN` listing every problem with its place in the file
 */
export async function resolveConfig(
  written: ConfigDocument,
  registry: Registry,
  file: string,
  defaults: ConfigDefaults = {},
): Promise<RunConfig> {
  const document = withListedPlugins(written);
  const problems = new Problems(document);
  const guide = new SchemaGuide(baseJsonSchema());
  const parsed = baseSchema.safeParse(problems.named(document.value, [], guide));
  if (!parsed.success) problems.addIssues([], parsed.error.issues, guide);
  const chosen = new Map<Slot, readonly (ChosenPlugin | undefined)[]>();
  for (const slot of slots) {
    const value = slot.path.reduce<unknown>(
      (parent, key) => (isObject(parent) ? parent[key] : undefined),
      document.value,
    );
    if (!slot.many) {
      chosen.set(slot, [await resolvePlugin(slot.kind, slot.path, value, registry, problems)]);
    } else if (value !== undefined && !Array.isArray(value)) {
      problems.add(slot.path, `expected a list of ${slot.kind} plugins`);
    } else {
      const list = (value ?? []) as readonly unknown[];
      chosen.set(slot, await resolveList(slot.kind, slot.path, list, registry, problems));
    }
  }
  await checkPorts(chosen, registry, problems);
  const explainOwn = isObject(document.value) && isObject(document.value['explain']) ? document.value['explain'] : {};
  const explain = explainSchema.safeParse('images' in explainOwn ? { images: explainOwn['images'] } : {});
  if (!explain.success) problems.addIssues(['explain'], explain.error.issues, new SchemaGuide(explainJsonSchema()));
  const error = problems.error();
  if (error !== undefined) throw error;
  if (!parsed.success || !explain.success) throw fail({ code: 'CONFIG_INVALID', what: 'The configuration is invalid' });
  return completed(parsed.data, chosen, { images: explain.data.images, usual: defaults['pipeline'], file });
}

/** Every stage that was found has to fit the one before it. */
async function checkPorts(
  chosen: ReadonlyMap<Slot, readonly (ChosenPlugin | undefined)[]>,
  registry: Registry,
  problems: Problems,
): Promise<void> {
  const stages = [...chosen].find(([{ kind }]) => kind === 'stage')?.[1] ?? [];
  const found = stages.filter((stage) => stage !== undefined);
  if (found.length < stages.length) return;
  const plugins = await Promise.all(found.map(({ id }) => registry.get('stage', id).load()));
  for (const { index, what, advice } of portProblems(plugins.map(portsOf), await knownStages(registry))) {
    problems.add(index === -1 ? ['pipeline'] : ['pipeline', index], what, advice);
  }
}

/** Whether stages are those that a program has by default. */
function isUsual(pipeline: readonly ChosenPlugin[], usual: unknown): boolean {
  const flat = pipeline.map(({ id, options }) => (Object.keys(options).length === 0 ? id : { id, ...options }));
  return JSON.stringify(flat) === JSON.stringify(usual);
}

function completed(
  base: BaseConfig,
  chosen: ReadonlyMap<Slot, readonly (ChosenPlugin | undefined)[]>,
  { images, usual, file }: { readonly images: number; readonly usual: unknown; readonly file: string },
): RunConfig {
  const many = (key: string) => {
    const slot = slots.find(({ path }) => path.at(-1) === key);
    return ((slot && chosen.get(slot)) ?? []).filter((plugin) => plugin !== undefined);
  };
  const one = (key: string): ChosenPlugin => {
    const [plugin] = many(key);
    if (plugin === undefined) throw fail({ code: 'CONFIG_INVALID', what: `No plugin is chosen for '${key}'` });
    return plugin;
  };
  const { size, duplicates, outside = 'keep' } = base.data;
  const pipeline = many('pipeline');
  return {
    name: base.name ?? (basename(file, extname(file)) || 'run'),
    seed: base.seed,
    baseFolder: resolve(file, '..', base.baseFolder ?? '.'),
    plugins: base.plugins,
    pipeline,
    usualPipeline: isUsual(pipeline, usual),
    data: {
      source: one('source'),
      aoi: one('aoi'),
      label: one('label'),
      split: one('split'),
      size: typeof size === 'number' ? [size, size] : size,
      duplicates: typeof duplicates === 'string' ? { treatment: duplicates, near: nearDuplicate } : duplicates,
      lock: base.data.lock,
      lockMismatch: base.data.lockMismatch,
      augment: many('augment'),
      disturb: many('disturb'),
      ...(outside === 'keep' ? {} : { outside }),
      augmentVariants: base.data.augmentVariants,
      workers: base.data.workers,
      prefetch: base.data.prefetch,
      cache: base.data.cache,
      cacheMegabytes: base.data.cacheMegabytes,
    },
    model: one('model'),
    loss: one('loss'),
    optimizer: one('optimizer'),
    explain: { ...one('explain'), images },
    metrics: many('metrics'),
    training: base.training,
    ...(base.decision === undefined ? {} : { decision: base.decision }),
    engine: one('engine'),
    observers: many('observers'),
  };
}

/** The configuration as it can be written to a file again; paths start from `folder`. */
export function writtenConfig(config: RunConfig, baseFolder: string): PlainObject {
  const flat = ({ id, options }: ChosenPlugin) => ({ id, ...options });
  const { outside, augmentVariants, workers, prefetch } = config.data;
  return {
    name: config.name,
    seed: config.seed,
    baseFolder,
    ...(config.plugins.length === 0 ? {} : { plugins: config.plugins }),
    ...(config.usualPipeline ? {} : { pipeline: config.pipeline.map(flat) }),
    data: {
      source: flat(config.data.source),
      aoi: flat(config.data.aoi),
      label: flat(config.data.label),
      split: flat(config.data.split),
      size: config.data.size,
      duplicates: config.data.duplicates,
      ...(config.data.lock === undefined ? {} : { lock: config.data.lock, lockMismatch: config.data.lockMismatch }),
      augment: config.data.augment.map(flat),
      ...(config.data.disturb.length === 0 ? {} : { disturb: config.data.disturb.map(flat) }),
      ...(outside === undefined ? {} : { outside }),
      ...(augmentVariants === undefined ? {} : { augmentVariants }),
      ...(workers === undefined ? {} : { workers }),
      ...(prefetch === undefined ? {} : { prefetch }),
      cache: config.data.cache,
      cacheMegabytes: config.data.cacheMegabytes,
    },
    model: flat(config.model),
    loss: flat(config.loss),
    optimizer: flat(config.optimizer),
    explain: { ...flat(config.explain), images: config.explain.images },
    metrics: config.metrics.map(flat),
    training: config.training,
    ...(config.decision === undefined ? {} : { decision: config.decision }),
    engine: flat(config.engine),
    ...(config.observers.length === 0 ? {} : { observers: config.observers.map(flat) }),
  };
}
