/** Builds the service of a plugin from its options. */
import { fail, isFoveateError, messageOf } from '@foveate/contracts';
import type { BuiltPlugin, Plugin, PluginKind, PluginServices, StageContext } from '@foveate/contracts';
import type { Registry } from './registry.js';

/** What a plugin of any kind gives. */
export type Service = PluginServices[PluginKind];
/** A plugin that an option names, with its options. */
type NamedPlugin = Readonly<Record<string, unknown>> & { readonly id: string };

/** Makes a service. @param owner how the plugin is called in messages */
export type Register = (plugin: Plugin, owner: string, options: unknown) => Promise<Service>;

/** The service of a plugin with checked options. */
export type Build = (plugin: Plugin, options: Readonly<Record<string, unknown>>, owner?: string) => Promise<Service>;

/** Builds services, those that their options name first. */
export function serviceBuilder(registry: Registry, register: Register): Build {
  const build: Build = async (plugin, options, owner = `${plugin.meta.kind} '${plugin.meta.id}'`) => {
    const built: [string, unknown][] = [];
    for (const [key, kind] of Object.entries(plugin.slots ?? {})) {
      built.push([key, await buildSlot(kind, options[key], owner)]);
    }
    return register(plugin, owner, built.length === 0 ? options : { ...options, ...Object.fromEntries(built) });
  };
  /** What an option names: a plugin, a list of them, or none. */
  const buildSlot = async (
    kind: PluginKind,
    named: unknown,
    owner: string,
  ): Promise<BuiltPlugin | BuiltPlugin[] | undefined> => {
    if (named === undefined) return undefined;
    if (Array.isArray(named)) return Promise.all(named.map((one) => buildNamed(kind, one as NamedPlugin, owner)));
    return buildNamed(kind, named as NamedPlugin, owner);
  };
  const buildNamed = async (
    kind: PluginKind,
    { id, ...options }: NamedPlugin,
    owner: string,
  ): Promise<BuiltPlugin> => ({
    id,
    service: await build(await registry.get(kind, id).load(), options, owner),
  });
  return build;
}

/**
 * What `register` of a plugin returns.
 * @throws FoveateError `PLUGIN_INVALID` with the plugin's name for whatever else it throws, and when it returns nothing
 */
export async function registered(
  plugin: Plugin,
  owner: string,
  options: unknown,
  context: StageContext,
): Promise<Service> {
  const service = await calling(plugin, options, context);
  if (service !== undefined && service !== null) return service;
  throw fail({
    code: 'PLUGIN_INVALID',
    what: `${owner} gives no service: its 'register' returned ${String(service)}`,
    advice: 'Return the service from register, or tell the author of the plugin',
  });
}

async function calling(plugin: Plugin, options: unknown, context: StageContext): Promise<Service> {
  try {
    return await plugin.register(options as never, context);
  } catch (cause) {
    if (isFoveateError(cause)) throw cause;
    const { kind, id } = plugin.meta;
    throw fail({
      code: 'PLUGIN_INVALID',
      what: `The ${kind} '${id}' cannot be built: ${messageOf(cause)}`,
      advice: 'Set FOVEATE_DEBUG=1 to see where; choose another plugin, or tell its author',
      cause,
    });
  }
}

/** Options of a plugin of which nothing is said. @throws FoveateError `CONFIG_INVALID` when it cannot do without */
export async function defaultOptions(plugin: Plugin): Promise<Readonly<Record<string, unknown>>> {
  const result = await plugin.options['~standard'].validate({});
  if (result.issues === undefined) return (result.value ?? {}) as Readonly<Record<string, unknown>>;
  throw fail({
    code: 'CONFIG_INVALID',
    what: `${plugin.meta.kind} '${plugin.meta.id}' has options without default and cannot be asked for by id`,
  });
}
