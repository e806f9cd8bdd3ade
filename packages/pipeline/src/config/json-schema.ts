/** JSON Schema of the whole configuration, put together from the base schema and every registered plugin's own. */
import type { Plugin } from '@foveate/contracts';
import { z } from 'zod';
import type { Registry } from '../assembly/registry.js';
import { baseSchema, explainSchema } from './base-schema.js';
import type { ConfigPath } from './document.js';
import { slots } from './slots.js';
import type { Slot } from './slots.js';

/** A JSON Schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const target = 'draft-2020-12';

function without(schema: JsonSchema, ...keys: readonly string[]): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));
}

function properties(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return (schema['properties'] ?? {}) as Record<string, JsonSchema>;
}

/** The schema and, where it is a choice, all its alternatives. */
function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const choices = [schema['anyOf'], schema['oneOf']].flatMap((list) => (list ?? []) as readonly JsonSchema[]);
  return [schema, ...choices.flatMap(alternatives)];
}

/** Option names of a plugin, or of an object within its options. */
export function optionKeys(plugin: Plugin, path: ConfigPath = []): readonly string[] {
  const root: JsonSchema = plugin.options['~standard'].jsonSchema.input({ target });
  const at = path.reduce<readonly JsonSchema[]>(
    (schemas, key) =>
      schemas.flatMap((schema) => {
        const below = properties(schema)[String(key)];
        return below === undefined ? [] : alternatives(below);
      }),
    alternatives(root),
  );
  return [...new Set(at.flatMap((schema) => Object.keys(properties(schema))))];
}

/** A plugin reference: an object with its options; the bare id where none is required; `id:path` where `path` may be all. */
function referenceSchemas(plugin: Plugin, extra: Readonly<Record<string, unknown>>): readonly JsonSchema[] {
  const { id, summary } = plugin.meta;
  const options: JsonSchema = plugin.options['~standard'].jsonSchema.input({ target });
  const required = (options['required'] ?? []) as readonly string[];
  return [
    ...(required.length === 0 ? [{ const: id, description: summary }] : []),
    ...('path' in properties(options) && required.every((key) => key === 'path')
      ? [{ type: 'string', pattern: `^${id}:.+`, description: `${summary} Written as ${id}:path.` }]
      : []),
    {
      type: 'object',
      description: summary,
      ...without(options, '$schema', 'type', 'properties', 'required'),
      properties: { id: { const: id, description: summary }, ...extra, ...properties(options) },
      required: ['id', ...required],
      additionalProperties: false,
    },
  ];
}

async function slotSchema(slot: Slot, registry: Registry): Promise<JsonSchema> {
  const extra = slot.kind === 'explainer' ? properties(z.toJSONSchema(explainSchema, { io: 'input' })) : {};
  const plugins = await Promise.all(registry.list(slot.kind).map((entry) => entry.load()));
  const reference = { anyOf: plugins.flatMap((plugin) => referenceSchemas(plugin, extra)) };
  return slot.many
    ? { type: 'array', description: slot.summary, items: reference }
    : { description: slot.summary, ...reference };
}

/** JSON Schema, draft 2020-12, that accepts what a registry's plugins accept. */
export async function configJsonSchema(registry: Registry): Promise<JsonSchema> {
  const base: JsonSchema = z.toJSONSchema(baseSchema, { io: 'input', target });
  const replacements = await Promise.all(
    slots.map(async (slot) => ({ path: slot.path, schema: await slotSchema(slot, registry) })),
  );
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
  return { $schema, title: 'Foveate configuration', ...rest };
}
