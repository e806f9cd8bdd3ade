/** Reads a configuration file. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fail } from '@foveate/contracts';
import type { Registry } from '../assembly/registry.js';
import { withPackages } from '../assembly/third-party.js';
import { documentOf, parseConfigText, withOverrides } from './document.js';
import type { ConfigDocument } from './document.js';
import { valueAt } from './issues.js';
import { resolveConfig, withDefaults } from './resolve.js';
import type { ConfigDefaults } from './resolve.js';
import type { RunConfig } from './run-config.js';

/** What a configuration is completed and checked with. */
export interface ConfigSetting {
  readonly registry: Registry;
  readonly defaults: ConfigDefaults;
}

async function complete(
  document: ConfigDocument,
  file: string,
  overrides: readonly string[],
  { registry, defaults }: ConfigSetting,
): Promise<RunConfig> {
  const filled = { ...document, value: withDefaults(document.value, defaults) };
  const overridden = withOverrides(filled, overrides);
  const { plugins, baseFolder } = (overridden.value ?? {}) as Readonly<Record<string, unknown>>;
  const names = Array.isArray(plugins) ? plugins.filter((name) => typeof name === 'string') : [];
  const from = resolve(dirname(file), typeof baseFolder === 'string' ? baseFolder : '.');
  const config = await resolveConfig(overridden, await withPackages(registry, names, from), file);
  const written = withOverrides(document, overrides).value;
  if (valueAt(written, ['data', 'source']) !== undefined) return config;
  const notice = `The configuration names no data.source: the images are those of the default, ${config.data.source.id}.`;
  return { ...config, notices: [notice] };
}

/**
 * Reads, completes and validates a YAML or JSON file.
 * @param overrides `a.b=c` texts, applied in order over the file
 * @throws FoveateError `PATH_MISSING`, `CONFIG_INVALID`, `PLUGIN_UNKNOWN` or `PLUGIN_INVALID`
 */
export async function readConfig(
  file: string,
  overrides: readonly string[],
  setting: ConfigSetting,
): Promise<RunConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const folder = (cause as NodeJS.ErrnoException).code === 'EISDIR';
    throw fail({
      code: 'PATH_MISSING',
      what: folder ? 'This is a folder, not a configuration file' : 'Configuration file cannot be read',
      where: file,
      advice: 'Name a YAML or JSON file; examples are in the folder examples',
      cause,
    });
  }
  return complete(parseConfigText(text, file), file, overrides, setting);
}

/**
 * Completes and validates a configuration made by a program.
 * @param baseFolder where relative paths in options start
 * @throws FoveateError `CONFIG_INVALID`, `PLUGIN_UNKNOWN` or `PLUGIN_INVALID`
 */
export async function makeConfig(
  value: unknown,
  baseFolder: string,
  setting: ConfigSetting,
  overrides: readonly string[] = [],
): Promise<RunConfig> {
  return complete(documentOf(value, 'configuration'), resolve(baseFolder, 'run'), overrides, setting);
}
