/** Configurations read, completed and checked with one list of plugins. */
import type { AnyPlugin } from '@foveate/contracts';
import { configJsonSchema, type JsonSchema } from './config/json-schema.js';
import { knownPlugins } from './config/known-plugins.js';
import { makeConfig, readConfig, type ConfigSetting } from './config/read.js';
import type { ConfigDefaults } from './config/resolve.js';
import type { RunConfig } from './config/run-config.js';
import { Registry, type PluginModule } from './registry.js';

/** What a {@link ConfigReader} is made of. */
export interface ConfigReaderParts {
  readonly plugins: readonly AnyPlugin[];
  /** Where workers find the same list; without it all work on data is done in this thread. */
  readonly pluginModule?: PluginModule;
  /** Configuration that fills in what a file leaves out, among it the ids of default plugins. */
  readonly defaults: ConfigDefaults;
  /**
   * Runs and remembers plugin packages that configurations, also those of run folders, name and that are not installed in
   * the working folder. Default: they are refused (`PLUGIN_NOT_ALLOWED`) unless they were allowed before.
   */
  readonly allowPlugins?: boolean;
}

/** Reads configurations. All errors are FoveateErrors. */
export interface ConfigReader {
  /** Plugins handed over, checked. */
  readonly registry: Registry;
  /** What configurations are completed and checked with. */
  readonly setting: ConfigSetting;
  /** Reads and validates a YAML or JSON file; `overrides` are `a.b=c` texts. */
  readConfig(file: string, overrides?: readonly string[]): Promise<RunConfig>;
  /** Validates a configuration made by a program; relative paths in it start from `baseFolder`. */
  makeConfig(value: unknown, baseFolder: string, overrides?: readonly string[]): Promise<RunConfig>;
  /**
   * The plugins handed over and those of packages.
   * @param names of packages, looked up from the working folder, or of configuration files, whose packages are meant
   */
  knownPlugins(names: readonly string[]): Promise<Registry>;
  /** JSON Schema of configurations with the plugins handed over and those of packages, named as for `knownPlugins`. */
  jsonSchema(names?: readonly string[]): Promise<JsonSchema>;
}

/**
 * A reader of configurations that name plugins of a list.
 * @throws FoveateError `PLUGIN_INVALID` for a plugin that does not keep the contract
 */
export function configReader({
  plugins,
  pluginModule,
  defaults,
  allowPlugins = false,
}: ConfigReaderParts): ConfigReader {
  const registry = Registry.of(plugins, pluginModule);
  const setting: ConfigSetting = { registry, defaults, consent: allowPlugins ? 'allow' : 'ask' };
  return {
    registry,
    setting,
    readConfig: (file, overrides = []) => readConfig(file, overrides, setting),
    makeConfig: (value, baseFolder, overrides = []) => makeConfig(value, baseFolder, setting, overrides),
    knownPlugins: (names) => knownPlugins(names, setting),
    jsonSchema: async (names = []) => configJsonSchema(await knownPlugins(names, setting)),
  };
}
