/** Known plugins by kind and id. Every plugin is checked when it is added, before any data loads. */
import { contractVersion, fail, pluginKinds } from '@foveate/contracts';
import type { AnyPlugin, Plugin, PluginKind, PluginMeta } from '@foveate/contracts';
import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';
import { suggestion } from './config/nearest.js';

/** A plugin whose code may not have been imported yet. */
export interface RegistryEntry {
  readonly meta: PluginMeta;
  /** npm package it comes from; absent for plugins handed over by the program. */
  readonly packageName?: string;
  /** Of the package. */
  readonly version?: string;
  /** The plugin itself. @throws FoveateError `PLUGIN_INVALID` when the package does not keep its manifest */
  load(): Promise<Plugin>;
}

/** Where a list of plugins is. */
export interface PluginList {
  /** Address of a module, for `import()`. */
  readonly url: string;
  /** Name of its export, a list of plugins. */
  readonly export: string;
}

/** Where another thread finds the plugins handed over by the program. */
export interface PluginModule extends PluginList {
  /**
   * Those that work on data alone: all that a worker imports unless one of them asks for a plugin of another kind. It
   * starts sooner then and collects its garbage in a fraction of the time.
   */
  readonly data?: PluginList;
}

const idPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * Checks who a plugin says it is.
 * @param where package or position, for the message
 * @throws FoveateError `PLUGIN_INVALID`
 */
export function checkMeta(meta: unknown, where: string): PluginMeta {
  const { kind, id, contract, summary } = (meta ?? {}) as Partial<Record<keyof PluginMeta, unknown>>;
  const refuse = (what: string, expected: string, got: unknown) =>
    fail({ code: 'PLUGIN_INVALID', what, where, expected, got: JSON.stringify(got) ?? 'nothing' });
  if (!pluginKinds.includes(kind as PluginKind)) {
    throw refuse('Plugin has no known kind', `one of ${pluginKinds.join(', ')}`, kind);
  }
  if (typeof id !== 'string' || !idPattern.test(id)) {
    throw refuse('Plugin id is malformed', 'lower case words joined by hyphens', id);
  }
  if (typeof contract !== 'string' || validRange(contract) === null || !satisfies(contractVersion, contract)) {
    throw fail({
      code: 'PLUGIN_INVALID',
      what: `Plugin '${id}' was written for another contract`,
      where,
      expected: `a range that holds ${contractVersion}, such as '^2'`,
      got: JSON.stringify(contract) ?? 'nothing',
      advice:
        'Install a version of the package for this contract; what changed is in the changelog of @foveate/contracts',
    });
  }
  if (typeof summary !== 'string' || summary === '')
    throw refuse(`Plugin '${id}' has no summary`, 'a sentence', summary);
  return meta as PluginMeta;
}

/**
 * Checks a plugin's shape.
 * @throws FoveateError `PLUGIN_INVALID`
 */
export function checkPlugin(value: unknown, where: string): Plugin {
  const { meta, options, register } = (value ?? {}) as Partial<Record<keyof Plugin, unknown>>;
  const { kind, id } = checkMeta(meta, where);
  const standard = (options as Partial<Plugin['options']> | undefined)?.['~standard'];
  if (typeof standard?.validate !== 'function' || typeof standard.jsonSchema?.input !== 'function') {
    throw fail({
      code: 'PLUGIN_INVALID',
      what: `Options of plugin '${id}' are not described by a schema`,
      where,
      expected: 'a Standard Schema with JSON Schema, such as an object of Zod 4.2 or newer',
    });
  }
  const { takes, gives } = value as Plugin;
  if (kind === 'stage' && (takes === undefined || typeof gives !== 'string')) {
    throw fail({
      code: 'PLUGIN_INVALID',
      what: `Stage '${id}' does not say what it takes and gives`,
      where,
      expected: 'takes: a port or null, gives: a port',
      advice: 'Declare it with defineStage',
    });
  }
  if (typeof register !== 'function') {
    throw fail({ code: 'PLUGIN_INVALID', what: `Plugin '${id}' has no register function`, where });
  }
  return value as Plugin;
}

/** An immutable set of plugins. */
export class Registry {
  readonly #entries: ReadonlyMap<string, RegistryEntry>;
  /** Module that exports the plugins handed over; without it they exist in this thread only. */
  readonly module: PluginModule | undefined;

  /** @throws FoveateError `PLUGIN_INVALID` for a malformed plugin and for two of the same kind and id */
  constructor(entries: readonly RegistryEntry[], module?: PluginModule) {
    this.module = module;
    const map = new Map<string, RegistryEntry>();
    for (const entry of entries) {
      const key = `${entry.meta.kind}/${entry.meta.id}`;
      const other = map.get(key);
      if (other !== undefined) {
        throw fail({
          code: 'PLUGIN_INVALID',
          what: `Two plugins are called ${key}`,
          where: entry.packageName ?? 'plugin list',
          got: `a second one beside that of ${other.packageName ?? 'the plugin list'}`,
          advice: 'Remove one of the packages, or give the plugin another id',
        });
      }
      map.set(key, entry);
    }
    this.#entries = map;
  }

  /** A registry of plugins at hand. @throws FoveateError `PLUGIN_INVALID` */
  static of(plugins: readonly AnyPlugin[], module?: PluginModule): Registry {
    return new Registry(
      plugins.map((candidate, index) => {
        const plugin = checkPlugin(candidate, `plugin ${String(index + 1)} of the list`);
        return { meta: plugin.meta, load: () => Promise.resolve(plugin) };
      }),
      module,
    );
  }

  /** This registry and more entries. @throws FoveateError `PLUGIN_INVALID` for a name that is taken */
  with(entries: readonly RegistryEntry[]): Registry {
    return entries.length === 0 ? this : new Registry([...this.#entries.values(), ...entries], this.module);
  }

  /** All entries, by kind in pipeline order, then by id. */
  list(kind?: PluginKind): readonly RegistryEntry[] {
    return [...this.#entries.values()]
      .filter(({ meta }) => kind === undefined || meta.kind === kind)
      .sort(
        (a, b) =>
          pluginKinds.indexOf(a.meta.kind) - pluginKinds.indexOf(b.meta.kind) || (a.meta.id < b.meta.id ? -1 : 1),
      );
  }

  /** The entry of a kind and id, if there is one. */
  find(kind: PluginKind, id: string): RegistryEntry | undefined {
    return this.#entries.get(`${kind}/${id}`);
  }

  /** The entry of a kind and id. @throws FoveateError `PLUGIN_UNKNOWN`, naming the nearest */
  get(kind: PluginKind, id: string): RegistryEntry {
    const entry = this.find(kind, id);
    if (entry === undefined) throw fail({ code: 'PLUGIN_UNKNOWN', ...this.unknown(kind, id) });
    return entry;
  }

  /** What to say of an id that is not registered. */
  unknown(kind: PluginKind, id: string): { readonly what: string; readonly advice: string } {
    return { what: `unknown ${kind} '${id}'`, advice: suggestion(id, this.ids(kind)) ?? `No ${kind} is registered.` };
  }

  /** Ids of a kind, sorted. */
  ids(kind: PluginKind): readonly string[] {
    return this.list(kind).map(({ meta }) => meta.id);
  }
}
