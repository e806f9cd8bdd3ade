/** The options of a plugin as JSON Schemas of objects, fit to stand inside a larger schema. */
import type { Plugin } from '@foveate/contracts';

/** A JSON Schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The version of JSON Schema that everything here is written in. */
export const target = 'draft-2020-12';

/** What options may look like. */
export interface OptionForms {
  /** Schemas of objects, of which one has to fit. */
  readonly forms: readonly JsonSchema[];
  /** What they refer to, to be put under `$defs` of the schema they end up in. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** The options of a plugin: unions as their forms, definitions under names that no other plugin has. */
export function optionForms({ meta: { kind, id }, options }: Plugin): OptionForms {
  const prefix = `${kind}-${id}`;
  const schema = options['~standard'].jsonSchema.input({ target });
  const isRecursive = JSON.stringify(schema).includes('"$ref":"#"');
  const { $defs = {}, ...own } = moved(schema, prefix) as JsonSchema;
  const definitions = Object.entries($defs as Record<string, JsonSchema>).map(
    ([name, definition]) => [`${prefix}-${name}`, definition] as const,
  );
  return {
    forms: formsOf(own),
    definitions: Object.fromEntries(isRecursive ? [...definitions, [prefix, own]] : definitions),
  };
}

/** A schema whose references lead to where its definitions will be. */
function moved(value: unknown, prefix: string): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, prefix));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key !== '$ref' || typeof inner !== 'string') return [key, moved(inner, prefix)];
      return [key, inner === '#' ? `#/$defs/${prefix}` : inner.replace(/^#\/\$defs\//, `#/$defs/${prefix}-`)];
    }),
  );
}

function formsOf(schema: JsonSchema): readonly JsonSchema[] {
  const { anyOf, oneOf, allOf, ...own } = schema;
  const choices = (anyOf ?? oneOf) as readonly JsonSchema[] | undefined;
  if (choices !== undefined) return choices.flatMap(formsOf).map((form) => merged(own, form));
  const parts = allOf as readonly JsonSchema[] | undefined;
  if (parts === undefined) return [schema];
  return parts
    .map(formsOf)
    .reduce((all, forms) => all.flatMap((one) => forms.map((form) => merged(one, form))), [
      own,
    ] as readonly JsonSchema[]);
}

/** One object that is to fit both. */
function merged(a: JsonSchema, b: JsonSchema): JsonSchema {
  const both = (key: string) => [...((a[key] ?? []) as readonly unknown[]), ...((b[key] ?? []) as readonly unknown[])];
  return {
    ...a,
    ...b,
    properties: { ...(a['properties'] as object | undefined), ...(b['properties'] as object | undefined) },
    required: both('required'),
  };
}
