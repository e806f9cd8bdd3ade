/** The runner of this command: the pipeline with the default plugins. */
import { createRunner } from '@foveate/pipeline';
import type { Runner } from '@foveate/pipeline';
import { defaultConfig, defaultPluginModule, defaultPlugins } from '@foveate/preset-default';

/** Made when a command needs it, so that `--help` costs nothing. */
export function defaultRunner(): Runner {
  return createRunner({ plugins: defaultPlugins, pluginModule: defaultPluginModule, defaults: defaultConfig });
}
