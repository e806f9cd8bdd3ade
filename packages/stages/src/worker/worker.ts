/** A worker: a container of its own, built from the same configuration, that does what it is asked to. */
import { isFoveateError, pluginKinds } from '@foveate/contracts';
import type { AnyPlugin, PluginKind } from '@foveate/contracts';
import { serve } from '@foveate/threads';
import { buildServices, Registry, withPackages } from '@foveate/assembly';
import type { PluginList, PluginModule, RunConfig } from '@foveate/assembly';
import type { SlotsHandle } from '../data/slots.js';
import type { ByteBatch } from '../data/batch-memory.js';
import { LocalWork } from './data-work.js';

/** What a worker needs to know when it starts. */
export interface WorkerSetup {
  readonly config: RunConfig;
  /** Where it finds the plugins. */
  readonly module: PluginModule;
  readonly slots: SlotsHandle | undefined;
}

/** What can be asked of a worker. */
export type WorkerCalls = Pick<LocalWork, 'label' | 'population' | 'bytes'>;

/** The kinds of {@link PluginModule.data}. */
const dataKinds = ['source', 'aoi', 'labeller', 'splitter', 'augmentation'] as const satisfies readonly PluginKind[];

async function start({ config, module, slots }: WorkerSetup): Promise<WorkerCalls> {
  const build = async (list: PluginList, kinds: readonly PluginKind[]) => {
    const exports = (await import(list.url)) as Readonly<Record<string, readonly AnyPlugin[]>>;
    const registry = Registry.of(exports[list.export] ?? []);
    const complete = await withPackages(registry, config.plugins, config.baseFolder, 'given');
    return LocalWork.of(config, await buildServices(config, complete, { kinds }), slots);
  };
  if (module.data === undefined) return build(module, pluginKinds);
  return build(module.data, dataKinds).catch((error: unknown) => {
    if (isFoveateError(error) && error.code === 'PLUGIN_UNKNOWN') return build(module, pluginKinds);
    throw error;
  });
}

/** The memory of a batch, to be handed over instead of copied. */
function memoryOf(value: unknown): ArrayBuffer[] {
  const { images, aoi, labels } = (value ?? {}) as Partial<ByteBatch>;
  return [images, aoi, labels].flatMap((array) => (array === undefined ? [] : [array.buffer as ArrayBuffer]));
}

serve(start, memoryOf);
