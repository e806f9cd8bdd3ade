/** The runner of this command: the pipeline with the default plugins. */
import { createRunner } from '@foveate/pipeline';
import type { Runner } from '@foveate/pipeline';
import { defaultConfig, defaultPluginModule, defaultPlugins } from '@foveate/preset-default';

let allowed = false;

/** Whether runners made from now on may run plugin packages that are not installed where the user works. */
export function allowPlugins(value: boolean): void {
  allowed = value;
}

/** Made when a command needs it, so that `--help` costs nothing. */
export function defaultRunner(): Runner {
  return createRunner({
    plugins: defaultPlugins,
    pluginModule: defaultPluginModule,
    defaults: defaultConfig,
    allowPlugins: allowed,
  });
}
