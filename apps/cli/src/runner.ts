/** The runner of this command: the pipeline with the default plugins. */
import { createRunner } from '@foveate/pipeline';
import type { Runner } from '@foveate/pipeline';
import { defaultConfig, defaultPluginModule, defaultPlugins } from '@foveate/preset-default';
import { settings } from './settings.js';

/** A runner as the options of the program want it. */
export function defaultRunner(): Runner {
  return createRunner({
    plugins: defaultPlugins,
    pluginModule: defaultPluginModule,
    defaults: defaultConfig,
    allowPlugins: settings.allowPlugins,
  });
}
