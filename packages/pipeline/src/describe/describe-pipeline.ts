/** The pipeline of a configuration as a list: stages, their ports, and the plugins they work with. */
import { slots, withPackages, type Registry, type RunConfig } from '@foveate/assembly';
import type { ChosenPlugin, PluginKind } from '@foveate/contracts';

/** A plugin that a configuration chose. */
export interface DescribedPlugin {
  readonly kind: PluginKind;
  readonly id: string;
  readonly options: ChosenPlugin['options'];
  readonly summary: string;
  /** npm package and version it comes from; null where the program does not say. */
  readonly package: string | null;
  readonly version: string | null;
}

/** A stage, in order. */
export interface DescribedStage extends DescribedPlugin {
  /** Port whose items it takes; null where the pipeline starts. */
  readonly takes: string | null;
  readonly gives: string;
}

/** What a configuration is put together from. */
export interface DescribedPipeline {
  readonly name: string;
  readonly stages: readonly DescribedStage[];
  /** By place in the configuration, such as `data.source`. */
  readonly plugins: readonly (DescribedPlugin & { readonly place: string })[];
}

/** Describes what a run of a configuration would be put together from; reads no data. */
export async function describePipeline(config: RunConfig, registry: Registry): Promise<DescribedPipeline> {
  const known = await withPackages(registry, config.plugins, config.baseFolder, 'given');
  const described = (kind: PluginKind, { id, options }: ChosenPlugin): DescribedPlugin => {
    const { meta, packageName, version } = known.get(kind, id);
    return { kind, id, options, summary: meta.summary, package: packageName ?? null, version: version ?? null };
  };
  const stages = config.pipeline.map(async (chosen): Promise<DescribedStage> => {
    const { takes = null, gives = '' } = await known.get('stage', chosen.id).load();
    return { ...described('stage', chosen), takes, gives };
  });
  return {
    name: config.name,
    stages: await Promise.all(stages),
    plugins: slots
      .filter(({ kind }) => kind !== 'stage')
      .flatMap(({ kind, path, read }) =>
        read(config).map((chosen) => ({ place: path.join('.'), ...described(kind, chosen) })),
      ),
  };
}

/** The stages as a Mermaid flowchart, for documents. */
export function pipelineMermaid({ stages }: Pick<DescribedPipeline, 'stages'>): string {
  const nodes = stages.map(({ id }, index) => `  s${String(index)}["${id}"]`);
  const arrows = stages.slice(1).map((_, index) => {
    const port = stages[index]?.gives ?? '';
    return `  s${String(index)} -- "${port}" --> s${String(index + 1)}`;
  });
  return ['flowchart LR', ...nodes, ...arrows].join('\n');
}
