/** How checks say what is broken, and what several of them do. */
import { fail, type FoveateError, type Plugin } from '@foveate/contracts';
import { buildPlugin, checkedOptions, type BuildSetting } from '../build-plugin.js';

/** What every check of a plugin takes. */
export interface CheckSetting extends BuildSetting {
  /** Options of the plugin; missing ones have their defaults. */
  readonly options?: object;
}

/** An error that names the plugin and the one thing it does wrong. */
export function broken(plugin: Plugin, what: string, more: { expected?: unknown; got?: unknown } = {}): FoveateError {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)) ?? 'nothing';
  return fail({
    code: 'PLUGIN_INVALID',
    what,
    where: `${plugin.meta.kind} '${plugin.meta.id}'`,
    ...(more.expected === undefined ? {} : { expected: text(more.expected) }),
    ...('got' in more ? { got: text(more.got) } : {}),
  });
}

/**
 * Checks what all plugins have in common: a summary, options that refuse what they do not know and describe themselves.
 * @returns the service
 */
export async function builtAndDescribed<P extends Plugin>(plugin: P, setting: CheckSetting) {
  const { meta, options } = plugin;
  if (meta.summary.trim() === '') throw broken(plugin, 'It has no summary');
  const unknown = 'foveate-testkit-unknown-option';
  const isRefused = await checkedOptions(plugin, { ...setting.options, [unknown]: 1 }).then(
    () => false,
    () => true,
  );
  if (!isRefused)
    throw broken(plugin, 'Its options accept a key that they do not know: a misspelt option goes unnoticed');
  const { properties = {} } = options['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
  for (const [key, schema] of Object.entries(properties as Record<string, { description?: string }>)) {
    if (schema.description === undefined) throw broken(plugin, `Its option '${key}' has no description`);
  }
  return buildPlugin<P['meta']['kind']>(plugin as Plugin<P['meta']['kind']>, setting.options, setting);
}

/** The same plain data, of which nothing can be changed. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

/** True when two plain values say the same. */
export function same(a: unknown, b: unknown): boolean {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b || Object.is(a, b);
  if (ArrayBuffer.isView(a) !== ArrayBuffer.isView(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  const of = (from: object, key: string): unknown => (from as Record<string, unknown>)[key];
  return keys.length === others.length && keys.every((key) => key in b && same(of(a, key), of(b, key)));
}
