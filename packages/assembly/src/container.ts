/** A configuration becomes an Inversify container in which each plugin kind's service can be asked for. */
import { fail, isFoveateError, pluginKinds, serviceToken } from '@foveate/contracts';
import type { BuiltPlugin, Plugin, PluginContext, PluginKind, PluginServices } from '@foveate/contracts';
import { Container } from 'inversify';
import type { RunConfig } from './config/run-config.js';
import { slots } from './config/slots.js';
import type { Registry } from './registry.js';

/** Services of one run, each built once, when first asked for. */
export interface Services {
  /** The configured service of a kind. */
  get<K extends PluginKind>(kind: K): Promise<PluginServices[K]>;
  /** All configured services of a kind that is a list, in order. */
  list<K extends PluginKind>(kind: K): Promise<readonly PluginServices[K][]>;
  /** One after the other, the service of every loaded plugin of a kind, with default options. The caller owns engines. */
  each<K extends PluginKind>(kind: K): AsyncIterable<PluginServices[K]>;
}

type Service = PluginServices[PluginKind];
/** A plugin that an option names, with its options. */
type NamedPlugin = Readonly<Record<string, unknown>> & { readonly id: string };

/**
 * Binds every chosen plugin, as the default of its kind, and every loaded plugin with default options under its id.
 * @param kinds of services that will be asked for
 * @throws FoveateError `PLUGIN_UNKNOWN`
 */
export async function buildServices(
  config: RunConfig,
  registry: Registry,
  kinds: readonly PluginKind[] = pluginKinds,
): Promise<Services> {
  const container = new Container({ defaultScope: 'Singleton' });
  // Plugins being built, outermost first. `register` asks for others synchronously, within the container's get, so
  // that one variable per container is enough to see a cycle.
  let building: readonly string[] = [];

  const register = (plugin: Plugin, name: string, options: () => unknown): Service | Promise<Service> => {
    const chain = [...building, name];
    const inChain = <T>(work: () => T): T => {
      const outer = building;
      building = chain;
      try {
        return work();
      } finally {
        building = outer;
      }
    };
    const context: PluginContext = {
      baseFolder: config.baseFolder,
      seed: config.seed,
      get: <K extends PluginKind>(kind: K, id?: string) => {
        if (id !== undefined) registry.get(kind, id);
        const wanted = serviceName(config, kind, id);
        if (chain.includes(wanted)) {
          throw fail({
            code: 'PLUGIN_INVALID',
            what: `Plugins ask for each other in a circle: ${[...chain, wanted].join(' -> ')}`,
          });
        }
        const request = id === undefined ? {} : { name: id };
        if (!container.isBound(serviceToken(kind), request)) {
          throw fail({
            code: 'PLUGIN_UNKNOWN',
            what: `${name} asks for ${wanted}, whose package is not imported or which is not configured`,
            advice: `Choose a plugin of that package in the configuration`,
          });
        }
        return inChain(() => container.get<PluginServices[K]>(serviceToken(kind), request));
      },
    };
    return inChain(() => plugin.register(options() as never, context));
  };

  /** The service of a plugin, those that its options name built first. */
  const build = (
    plugin: Plugin,
    options: Readonly<Record<string, unknown>>,
    name = `${plugin.meta.kind} '${plugin.meta.id}'`,
  ): Service | Promise<Service> => {
    const nested = Object.entries(plugin.slots ?? {});
    if (nested.length === 0) return register(plugin, name, () => options);
    return Promise.all(nested.map(async ([key, kind]) => [key, await buildSlot(kind, options[key])] as const)).then(
      (built) => register(plugin, name, () => ({ ...options, ...Object.fromEntries(built) })),
    );
  };
  /** What an option names: a plugin, a list of them, or none. */
  const buildSlot = async (kind: PluginKind, named: unknown): Promise<BuiltPlugin | BuiltPlugin[] | undefined> => {
    if (named === undefined) return undefined;
    if (Array.isArray(named)) return Promise.all(named.map((one) => buildNamed(kind, one as NamedPlugin)));
    return buildNamed(kind, named as NamedPlugin);
  };
  const buildNamed = async (kind: PluginKind, { id, ...options }: NamedPlugin): Promise<BuiltPlugin> => ({
    id,
    service: await build(await registry.get(kind, id).load(), options),
  });

  for (const slot of slots.filter(({ kind }) => kinds.includes(kind))) {
    for (const { id, options } of slot.read(config)) {
      const plugin = await registry.get(slot.kind, id).load();
      container
        .bind<Service>(serviceToken(slot.kind))
        .toDynamicValue(() => build(plugin, options))
        .whenDefault();
    }
  }
  for (const entry of registry.list()) {
    const { kind, id } = entry.meta;
    // A third-party package is imported only when the configuration chose one of its plugins.
    const chosen = slots.some((slot) => slot.kind === kind && slot.read(config).some((plugin) => plugin.id === id));
    if (entry.packageName !== undefined && !chosen) continue;
    const plugin = await entry.load();
    container
      .bind<Service>(serviceToken(kind))
      .toDynamicValue(() => build(plugin, defaultOptions(plugin), `${kind} '${id}' with default options`))
      .whenNamed(id);
  }

  return {
    get: async <K extends PluginKind>(kind: K) =>
      unwrapped(() => container.getAsync<PluginServices[K]>(serviceToken(kind))),
    list: async <K extends PluginKind>(kind: K) =>
      unwrapped(() => container.getAllAsync<PluginServices[K]>(serviceToken(kind))),
    async *each<K extends PluginKind>(kind: K) {
      for (const { meta } of registry.list(kind)) {
        const request = { name: meta.id };
        if (!container.isBound(serviceToken(kind), request)) continue;
        yield await unwrapped(() => container.getAsync<PluginServices[K]>(serviceToken(kind), request));
      }
    },
  };
}

function serviceName(config: RunConfig, kind: PluginKind, id: string | undefined): string {
  if (id !== undefined) return `${kind} '${id}' with default options`;
  const chosen = slots.find((slot) => slot.kind === kind)?.read(config)[0];
  return `${kind} '${chosen?.id ?? 'none'}'`;
}

function defaultOptions(plugin: Plugin): Readonly<Record<string, unknown>> {
  const result = plugin.options['~standard'].validate({});
  if (result instanceof Promise || result.issues !== undefined) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: `${plugin.meta.kind} '${plugin.meta.id}' has options without default and cannot be asked for by id`,
    });
  }
  return (result.value ?? {}) as Readonly<Record<string, unknown>>;
}

/** Inversify wraps what a factory throws; the user is to see the plugin's own error. */
async function unwrapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (let inner: unknown = error; inner instanceof Error; inner = inner.cause)
      if (isFoveateError(inner)) throw inner;
    throw error;
  }
}
