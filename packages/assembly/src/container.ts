/** A configuration becomes an Inversify container in which each plugin kind's service can be asked for. */
import { fail, isFoveateError, pluginKinds, serviceToken } from '@foveate/contracts';
import type { Plugin, PluginKind, PluginServices, StageContext, StageRun } from '@foveate/contracts';
import { Container } from 'inversify';
import { writtenConfig } from './config/resolve.js';
import type { RunConfig } from './config/run-config.js';
import { slots } from './config/slots.js';
import type { Registry } from './registry.js';
import { defaultOptions, registered, serviceBuilder, type Service } from './service-builder.js';
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
    return registered(plugin, owner, options, context);
  };

  const build = serviceBuilder(registry, register);

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
