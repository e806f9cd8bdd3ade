/** Plugins built as a run builds them, without a run. */
import {
  fail,
  type AnyPlugin,
  type BuiltPlugin,
  type Plugin,
  type PluginContext,
  type PluginKind,
  type PluginServices,
  type StageRun,
} from '@foveate/contracts';

/** What a plugin is built in. */
export interface BuildSetting {
  /** Folder that relative paths in options start from; the working directory when left out. */
  readonly baseFolder?: string;
  /** 1 when left out. */
  readonly seed?: number;
  /** Plugins that its options may name and that it may ask for: by id, or the first one of a kind. */
  readonly plugins?: readonly AnyPlugin[];
  /** The run that a stage is part of; left out: none. */
  readonly run?: StageRun;
}

/**
 * The service of a plugin, its options checked and completed by its own schema. Options that are plugins are named as in a
 * configuration and taken from `setting.plugins`.
 * @throws FoveateError `CONFIG_INVALID` naming the option, `PLUGIN_UNKNOWN` for a plugin that is not in `setting.plugins`
 * @example const loss = await buildPlugin(ceod, { omega: 1 }, { plugins: [gradCam] });
 */
export async function buildPlugin<K extends PluginKind>(
  plugin: Plugin<K>,
  options: object = {},
  setting: BuildSetting = {},
): Promise<PluginServices[K]> {
  const checked = await checkedOptions(plugin, options);
  const named = Object.entries(plugin.slots ?? {}).map(
    async ([key, kind]) => [key, await builtSlot(kind, checked[key], setting)] as const,
  );
  const complete = { ...checked, ...Object.fromEntries(await Promise.all(named)) };
  return plugin.register(complete, fakeContext(setting));
}

/** A context whose `get` builds plugins of `setting`, with default options. */
function fakeContext(setting: BuildSetting): PluginContext {
  const { baseFolder = process.cwd(), seed = 1 } = setting;
  const get = (kind: PluginKind, id?: string) => buildPlugin(pluginOf(kind, id, setting), {}, setting);
  return {
    baseFolder,
    seed,
    get: get as PluginContext['get'],
    ...(setting.run === undefined ? {} : { run: setting.run }),
  };
}

/** Options as the schema returns them. */
export async function checkedOptions<K extends PluginKind>(
  { meta, options: schema }: Plugin<K>,
  options: object,
): Promise<Readonly<Record<string, unknown>>> {
  const result = await schema['~standard'].validate(options);
  const [issue] = result.issues ?? [];
  if (issue === undefined) return (result as { readonly value: Readonly<Record<string, unknown>> }).value;
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  throw fail({ code: 'CONFIG_INVALID', what: issue.message, where: [meta.kind, meta.id, ...path].join('.') });
}

async function builtSlot(kind: PluginKind, named: unknown, setting: BuildSetting): Promise<unknown> {
  if (named === undefined) return undefined;
  if (Array.isArray(named)) return Promise.all(named.map((one) => builtSlot(kind, one, setting)));
  const { id, ...options } = typeof named === 'string' ? { id: named } : (named as { readonly id: string });
  const service = await buildPlugin(pluginOf(kind, id, setting), options, setting);
  return { id, service } satisfies BuiltPlugin;
}

function pluginOf(kind: PluginKind, id: string | undefined, { plugins = [] }: BuildSetting): Plugin {
  const found = plugins.find(({ meta }) => meta.kind === kind && (id === undefined || meta.id === id));
  if (found !== undefined) return found as Plugin;
  throw fail({
    code: 'PLUGIN_UNKNOWN',
    what: id === undefined ? `There is no ${kind}` : `There is no ${kind} '${id}'`,
    advice: 'Add it to the plugins of the setting',
  });
}
