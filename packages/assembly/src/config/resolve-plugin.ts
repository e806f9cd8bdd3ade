/** References to plugins: `id`, `id:path`, or an object with the plugin's options, checked against its own schema. */
import type { ChosenPlugin, Plugin, PluginKind } from '@foveate/contracts';
import type { Registry } from '../registry.js';
import { explainSchema } from './base-schema.js';
import type { ConfigPath } from './document.js';
import { SchemaGuide } from './guide.js';
import type { SchemaIssue } from './issues.js';
import { isListSlot, optionsJsonSchema, properties } from './json-schema.js';
import { isObject } from './plain-object.js';
import type { PlainObject } from './plain-object.js';
import type { Problems } from './problems.js';

/** A plugin named by a text: its id, or `id:path` for `{ id, path }`. */
function namedInText(text: string): { readonly id: string; readonly path?: string } {
  const colon = text.indexOf(':');
  return colon === -1 ? { id: text } : { id: text.slice(0, colon), path: text.slice(colon + 1) };
}

/** Options of one plugin reference, with defaults filled in; undefined when it has problems. */
export async function resolvePlugin(
  kind: PluginKind,
  path: ConfigPath,
  value: unknown,
  registry: Registry,
  problems: Problems,
): Promise<ChosenPlugin | undefined> {
  const reference: PlainObject = typeof value === 'string' ? { id: value } : isObject(value) ? value : {};
  const { id: text, ...given } = reference;
  if (typeof text !== 'string') {
    problems.add(
      path,
      `expected ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}: its id, or { id: …, options }`,
      `Known: ${registry.ids(kind).join(', ')}`,
    );
    return undefined;
  }
  const { id, ...named } = namedInText(text);
  const options = { ...named, ...given };
  const entry = registry.find(kind, id);
  if (entry === undefined) {
    const { what, advice } = registry.unknown(kind, id);
    problems.add(typeof value === 'string' ? path : [...path, 'id'], what, advice, 'PLUGIN_UNKNOWN');
    return undefined;
  }
  const plugin: Plugin = await entry.load();
  const own = isExplainSlot(path) ? Object.keys(explainSchema.shape) : [];
  const input: PlainObject = Object.fromEntries(Object.entries(options).filter(([key]) => !own.includes(key)));
  const schema = optionsJsonSchema(plugin, isExplainSlot(path));
  for (const [key, nestedKind] of Object.entries(plugin.slots ?? {})) {
    const isList = isListSlot(schema, key);
    const references = input[key] ?? properties(schema)[key]?.['default'];
    // What is no list is the schema's to complain of.
    if (references === undefined || (isList && !Array.isArray(references))) continue;
    const nested = isList
      ? await resolveList(nestedKind, [...path, key], references as readonly unknown[], registry, problems)
      : [await resolvePlugin(nestedKind, [...path, key], references, registry, problems)];
    const complete = nested.flatMap((one) => (one === undefined ? [] : [{ id: one.id, ...one.options }]));
    if (complete.length < nested.length) return undefined;
    input[key] = isList ? complete : complete[0];
  }
  const guide = new SchemaGuide(schema);
  const result = await plugin.options['~standard'].validate(problems.named(input, path, guide));
  if (result.issues !== undefined) {
    problems.addIssues(path, result.issues as readonly SchemaIssue[], guide);
    return undefined;
  }
  return { id, options: (result.value ?? {}) as PlainObject };
}

/** The slot that has keys of its own beside the options of the plugin in it. */
function isExplainSlot(path: ConfigPath): boolean {
  return path.length === 1 && path[0] === 'explain';
}

/** As {@link resolvePlugin}, for each item of a list. */
export async function resolveList(
  kind: PluginKind,
  path: ConfigPath,
  list: readonly unknown[],
  registry: Registry,
  problems: Problems,
): Promise<readonly (ChosenPlugin | undefined)[]> {
  const resolved: (ChosenPlugin | undefined)[] = [];
  for (const [index, item] of list.entries()) {
    resolved.push(await resolvePlugin(kind, [...path, index], item, registry, problems));
  }
  return resolved;
}
