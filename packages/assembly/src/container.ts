/** A configuration becomes an Inversify container in which each plugin kind's service can be asked for. */
import { fail, isFoveateError, pluginKinds, serviceToken } from '@foveate/contracts';
import type { BuiltPlugin, Plugin, PluginKind, PluginServices, StageContext, StageRun } from '@foveate/contracts';
import { Container } from 'inversify';
import { writtenConfig } from './config/resolve.js';
import type { RunConfig } from './config/run-config.js';
import { slots } from './config/slots.js';
import type { Registry } from './registry.js';
import { WaitGraph } from './wait-graph.js';

/** Services of one run, each built once, when first asked for. */
export interface Services {
  /** The configured service of a kind. */
  get<K extends PluginKind>(kind: K): Promise<PluginServices[K]>;
  /** All configured services of a kind that is a list, in order. */
  list<K extends PluginKind>(kind: K): Promise<readonly PluginServices[K][]>;
  /** As {@link Services.list}, each built when its function is called: one that cannot be built leaves the others alone. */
  parts<K extends PluginKind>(kind: K): readonly (() => Promise<PluginServices[K]>)[];
  /** One after the other, the service of every loaded plugin of a kind, with default options. The caller owns engines. */
  each<K extends PluginKind>(kind: K): AsyncIterable<PluginServices[K]>;
}

/** What services are built for, besides a configuration. */
export interface ServiceSetting {
  /** Kinds of services that will be asked for; default: all. */
  readonly kinds?: readonly PluginKind[];
  /** The run that stages are part of; default: one that writes nothing and that nobody follows. */
  readonly run?: StageRun;
}

type Service = PluginServices[PluginKind];
/** A plugin that an option names, with its options. */
type NamedPlugin = Readonly<Record<string, unknown>> & { readonly id: string };

/**
 * Binds every chosen plugin, as the default of its kind, and every loaded plugin with default options under its id.
 * @throws FoveateError `PLUGIN_UNKNOWN`
 */
export async function buildServices(
  config: RunConfig,
  registry: Registry,
  { kinds = pluginKinds, run = unobserved(config) }: ServiceSetting = {},
): Promise<Services> {
  const container = new Container({ defaultScope: 'Singleton' });
  const waiting = new WaitGraph();

  /** @param owner name of the service that is being built; what a plugin within it asks for, it waits for */
  const register = async (plugin: Plugin, owner: string, options: unknown): Promise<Service> => {
    const context: StageContext = {
      baseFolder: config.baseFolder,
      seed: config.seed,
      run,
      get: async <K extends PluginKind>(kind: K, id?: string) => {
        if (id !== undefined) registry.get(kind, id);
        const wanted = serviceName(config, kind, id);
        const request = id === undefined ? {} : { name: id };
        return waiting.during(owner, wanted, () => {
          if (container.isBound(serviceToken(kind), request)) {
            return container.getAsync<PluginServices[K]>(serviceToken(kind), request);
          }
          throw fail({
            code: 'PLUGIN_UNKNOWN',
            what: `${owner} asks for ${wanted}, whose package is not imported or which is not configured`,
            advice: `Choose a plugin of that package in the configuration`,
          });
        });
      },
    };
    const service = await registered(plugin, options, context);
    if (service !== undefined && service !== null) return service;
    throw fail({
      code: 'PLUGIN_INVALID',
      what: `${owner} gives no service: its 'register' returned ${String(service)}`,
      advice: 'Return the service from register, or tell the author of the plugin',
    });
  };

  /** The service of a plugin, those that its options name built first. */
  const build = async (
    plugin: Plugin,
    options: Readonly<Record<string, unknown>>,
    owner = `${plugin.meta.kind} '${plugin.meta.id}'`,
  ): Promise<Service> => {
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

  const chosen = new Map<PluginKind, (() => Promise<Service>)[]>();
  for (const slot of slots.filter(({ kind }) => kinds.includes(kind))) {
    for (const { id, options } of slot.read(config)) {
      const plugin = await registry.get(slot.kind, id).load();
      let service: Promise<Service> | undefined;
      const built = () => (service ??= build(plugin, options));
      container.bind<Service>(serviceToken(slot.kind)).toDynamicValue(built).whenDefault();
      chosen.set(slot.kind, [...(chosen.get(slot.kind) ?? []), built]);
    }
  }
  for (const entry of registry.list()) {
    const { kind, id } = entry.meta;
    // A third-party package is imported only when the configuration chose one of its plugins.
    const isChosen = slots.some((slot) => slot.kind === kind && slot.read(config).some((plugin) => plugin.id === id));
    if (entry.packageName !== undefined && !isChosen) continue;
    const plugin = await entry.load();
    container
      .bind<Service>(serviceToken(kind))
      .toDynamicValue(async () => build(plugin, await defaultOptions(plugin), `${kind} '${id}' with default options`))
      .whenNamed(id);
  }

  return {
    get: async <K extends PluginKind>(kind: K) =>
      unwrapped(() => container.getAsync<PluginServices[K]>(serviceToken(kind))),
    list: async <K extends PluginKind>(kind: K) =>
      unwrapped(async () =>
        container.isBound(serviceToken(kind)) ? container.getAllAsync<PluginServices[K]>(serviceToken(kind)) : [],
      ),
    parts: <K extends PluginKind>(kind: K) =>
      (chosen.get(kind) ?? []) as unknown as readonly (() => Promise<PluginServices[K]>)[],
    async *each<K extends PluginKind>(kind: K) {
      for (const { meta } of registry.list(kind)) {
        const request = { name: meta.id };
        if (!container.isBound(serviceToken(kind), request)) continue;
        yield await unwrapped(() => container.getAsync<PluginServices[K]>(serviceToken(kind), request));
      }
    },
  };
}

/** What a plugin throws while it is built is told with its name. */
async function registered(plugin: Plugin, options: unknown, context: StageContext): Promise<Service> {
  try {
    return await plugin.register(options as never, context);
  } catch (cause) {
    if (isFoveateError(cause)) throw cause;
    const { kind, id } = plugin.meta;
    throw fail({
      code: 'PLUGIN_INVALID',
      what: `The ${kind} '${id}' cannot be built: ${cause instanceof Error ? cause.message : String(cause)}`,
      advice: 'Set FOVEATE_DEBUG=1 to see where; choose another plugin, or tell its author',
      cause,
    });
  }
}

function unobserved(config: RunConfig): StageRun {
  return {
    folder: undefined,
    config: writtenConfig(config, config.baseFolder),
    signal: new AbortController().signal,
    emit: () => undefined,
  };
}

function serviceName(config: RunConfig, kind: PluginKind, id: string | undefined): string {
  if (id !== undefined) return `${kind} '${id}' with default options`;
  const chosen = slots.find((slot) => slot.kind === kind)?.read(config)[0];
  return `${kind} '${chosen?.id ?? 'none'}'`;
}

async function defaultOptions(plugin: Plugin): Promise<Readonly<Record<string, unknown>>> {
  const result = await plugin.options['~standard'].validate({});
  if (result.issues === undefined) return (result.value ?? {}) as Readonly<Record<string, unknown>>;
  throw fail({
    code: 'CONFIG_INVALID',
    what: `${plugin.meta.kind} '${plugin.meta.id}' has options without default and cannot be asked for by id`,
  });
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
