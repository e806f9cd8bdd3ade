/** JSON Schema of the whole configuration, put together from the base schema and every registered plugin's own. */
import { pluginKinds } from '@foveate/contracts';
import type { Plugin, PluginKind } from '@foveate/contracts';
import { z } from 'zod';
import type { Registry } from '../registry.js';
import { baseSchema, explainSchema } from './base-schema.js';
import { optionForms, target } from './option-forms.js';
import type { JsonSchema } from './option-forms.js';
import { slots } from './slots.js';
import type { Slot } from './slots.js';

function without(schema: JsonSchema, ...keys: readonly string[]): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));
}

export type { JsonSchema };

/** Schemas of an object's keys. */
export function properties(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return (schema['properties'] ?? {}) as Record<string, JsonSchema>;
}

/** The schema and, where it is a choice, all its alternatives. */
export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const choices = [schema['anyOf'], schema['oneOf']].flatMap((list) => (list ?? []) as readonly JsonSchema[]);
  return [schema, ...choices.flatMap(alternatives)];
}

/** Schema of the part of a configuration that belongs to no plugin. */
export function baseJsonSchema(): JsonSchema {
  return z.toJSONSchema(baseSchema, { io: 'input', target });
}

/** Schema of the keys of the `explain` slot that are not options of the explainer. */
export function explainJsonSchema(): JsonSchema {
  return z.toJSONSchema(explainSchema, { io: 'input', target });
}

/**
 * Schema of a plugin's options.
 * @param isExplained true: it stands in the slot `explain`, whose own keys are allowed beside them
 */
export function optionsJsonSchema(plugin: Plugin, isExplained: boolean): JsonSchema {
  const options: JsonSchema = plugin.options['~standard'].jsonSchema.input({ target });
  return {
    ...options,
    properties: { ...(isExplained ? properties(explainJsonSchema()) : {}), ...properties(options) },
  };
}

/** True when an option that names plugins is a list of them. */
export function isListSlot(options: JsonSchema, key: string): boolean {
  return properties(options)[key]?.['type'] === 'array';
}

/** A plugin reference: an object with its options; the bare id where none is required; `id:path` where `path` may be all. */
function referenceSchemas(plugin: Plugin, extra: Readonly<Record<string, unknown>>): readonly JsonSchema[] {
  const { id, summary } = plugin.meta;
  const { forms } = optionForms(plugin);
  const requiredOf = ({ required = [] }: JsonSchema) => required as readonly string[];
  const takesPath = (form: JsonSchema) =>
    'path' in properties(form) && requiredOf(form).every((required) => required === 'path');
  return [
    ...(forms.some((form) => requiredOf(form).length === 0) ? [{ const: id, description: summary }] : []),
    ...(forms.some(takesPath)
      ? [{ type: 'string', pattern: `^${id}:.+`, description: `${summary} Written as ${id}:path.` }]
      : []),
    ...forms.map((form) => ({
      type: 'object',
      description: summary,
      ...without(form, '$schema', 'type', 'properties', 'required'),
      properties: {
        id: { const: id, description: summary },
        ...extra,
        ...properties(form),
        ...slotProperties(plugin, form),
      },
      required: ['id', ...requiredOf(form)],
      // Only options that say so themselves take keys that they do not name.
      additionalProperties: form['additionalProperties'] ?? false,
    })),
  ];
}

/** Options that are plugins or lists of them: what stands in them is defined once, as such options may nest. */
function slotProperties({ slots: own = {} }: Plugin, options: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(own).map(([key, kind]) => [
      key,
      { ...properties(options)[key], ...(isListSlot(options, key) ? { items: definition(kind) } : definition(kind)) },
    ]),
  );
}

function definition(kind: PluginKind): JsonSchema {
  return { $ref: `#/$defs/${kind}` };
}

function pluginsOf(kind: PluginKind, registry: Registry): Promise<readonly Plugin[]> {
  return Promise.all(registry.list(kind).map((entry) => entry.load()));
}

/** References to all plugins of a kind. */
async function kindSchema(
  kind: PluginKind,
  registry: Registry,
  extra: Readonly<Record<string, JsonSchema>> = {},
): Promise<JsonSchema> {
  return { anyOf: (await pluginsOf(kind, registry)).flatMap((plugin) => referenceSchemas(plugin, extra)) };
}

function slotSchema(
  { many, summary, listAs }: Pick<Slot, 'many' | 'summary' | 'listAs'>,
  reference: JsonSchema,
): JsonSchema {
  const list = { type: 'array', description: summary, items: reference };
  if (many) return list;
  return listAs === undefined
    ? { description: summary, ...reference }
    : { description: summary, anyOf: [reference, { ...list, minItems: 1 }] };
}

/** JSON Schema, draft 2020-12, that accepts what a registry's plugins accept. */
export async function configJsonSchema(registry: Registry): Promise<JsonSchema> {
  const base = baseJsonSchema();
  // Segmenters and their losses, which no configuration names, do not count.
  const kinds = pluginKinds.filter((kind) => slots.some((slot) => slot.kind === kind));
  const plugins = (await Promise.all(kinds.map((kind) => pluginsOf(kind, registry)))).flat();
  const nested = new Set(plugins.flatMap((plugin) => Object.values(plugin.slots ?? {})));
  const definitions = await Promise.all([...nested].map(async (kind) => [kind, await kindSchema(kind, registry)]));
  const replacements = await Promise.all(
    slots.map(async (slot) => {
      const extra = slot.kind === 'explainer' ? properties(explainJsonSchema()) : undefined;
      const isDefined = extra === undefined && nested.has(slot.kind);
      const reference = isDefined ? definition(slot.kind) : await kindSchema(slot.kind, registry, extra);
      return { path: slot.path, schema: slotSchema(slot, reference) };
    }),
  );
  const preset = { many: false, summary: 'A named piece of configuration that fills in what is left out here.' };
  replacements.push({ path: ['preset'], schema: slotSchema(preset, await kindSchema('preset', registry)) });
  const replace = (schema: JsonSchema, prefix: readonly string[]): JsonSchema => ({
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties(schema)).map(([key, value]) => {
        const path = [...prefix, key];
        const slot = replacements.find((candidate) => candidate.path.join('.') === path.join('.'));
        if (slot !== undefined) return [key, slot.schema];
        return [key, 'properties' in value ? replace(value, path) : value];
      }),
    ),
  });
  const { $schema, ...rest } = replace(base, []) as Record<string, unknown>;
  const all = [...definitions, ...plugins.flatMap((plugin) => Object.entries(optionForms(plugin).definitions))];
  const $defs = all.length === 0 ? {} : { $defs: Object.fromEntries(all) as JsonSchema };
  return { $schema, title: 'Foveate configuration', ...rest, ...$defs };
}
