/** Reads a configuration file. */
import { dirname, resolve } from 'node:path';
import { fail } from '@foveate/contracts';
import { decodeText, readRegularFile } from '@foveate/contracts/node';
import type { AppliedPreset } from '@foveate/contracts';
import type { Consent } from '../consent.js';
import type { Registry } from '../registry.js';
import { withPackages } from '../third-party.js';
import { documentOf, parseConfigText, pathText, withOverrides } from './document.js';
import type { ConfigDocument, ConfigPath } from './document.js';
import { valueAt } from './issues.js';
import { isObject } from './plain-object.js';
import { appliedPreset, choosePreset, withPreset } from './preset.js';
import { renamedOverride, withRenames } from './renamed-keys.js';
import { resolveConfig, withDefaults } from './resolve.js';
import type { ConfigDefaults } from './resolve.js';
import type { RunConfig } from './run-config.js';

/** Bytes of the largest configuration file. */
const fileLimit = 2 ** 24;

/** What a configuration is completed and checked with. */
export interface ConfigSetting {
  readonly registry: Registry;
  readonly defaults: ConfigDefaults;
  /** What becomes of code that a configuration names and the user did not install. */
  readonly consent: Consent;
}

/** Whatever stands in the place of keys would be lost with the first override. */
function requireKeys({ value, locate }: ConfigDocument): void {
  if (value === null || value === undefined || (typeof value === 'object' && !Array.isArray(value))) return;
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'This is no configuration',
    where: locate([]),
    expected: 'keys with values, such as loss: ceod',
    got: Array.isArray(value) ? 'a list' : JSON.stringify(value),
  });
}

/** The plugin packages that a configuration names, and the folder they are looked up from. */
export function packagesOf(
  { value }: ConfigDocument,
  file: string,
): { readonly names: readonly string[]; readonly from: string } {
  const { plugins, baseFolder } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return {
    names: Array.isArray(plugins) ? plugins.filter((name) => typeof name === 'string') : [],
    from: resolve(dirname(file), typeof baseFolder === 'string' ? baseFolder : '.'),
  };
}

/** Of an experiment no key would be known, one by one. */
function refuseExperiment({ value, locate }: ConfigDocument): void {
  if (!isObject(value) || !('arms' in value) || !('seeds' in value)) return;
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'This is an experiment and not a configuration',
    where: locate([]),
    advice: 'Run it with foveate experiment FILE',
  });
}

async function complete(
  asWritten: ConfigDocument,
  file: string,
  setKeys: readonly string[],
  { registry, defaults, consent }: ConfigSetting,
): Promise<RunConfig> {
  refuseExperiment(asWritten);
  const document = withRenames(asWritten);
  const overrides = setKeys.map(renamedOverride);
  const written = withOverrides(document, overrides);
  const { seed } = (written.value ?? {}) as Readonly<Record<string, unknown>>;
  const { names, from } = packagesOf(written, file);
  const known = await withPackages(registry, names, from, consent);
  const preset = await choosePreset(written, known, { baseFolder: from, seed: typeof seed === 'number' ? seed : 1 });
  const filled = withPreset(document, preset);
  const overridden = withOverrides({ ...filled, value: withDefaults(filled.value, defaults) }, overrides);
  // Once more: an override may have put another list in the place of one that the preset had added to.
  const config = await resolveConfig(withPreset(overridden, preset), known, file, defaults);
  const { filledIn, overruled } = withPreset(written, preset);
  const applied = preset === undefined ? undefined : appliedPreset(preset, filledIn);
  const notices = [...document.renames, ...noticesOf(written, config, applied, overruled)];
  return {
    ...config,
    ...(applied === undefined ? {} : { preset: applied }),
    ...(notices.length === 0 ? {} : { notices }),
  };
}

function noticesOf(
  written: ConfigDocument,
  config: RunConfig,
  preset: AppliedPreset | undefined,
  overruled: readonly ConfigPath[],
): readonly string[] {
  return [
    ...(valueAt(written.value, ['data', 'source']) !== undefined
      ? []
      : [`The configuration names no data.source: the images are those of the default, ${config.data.source.id}.`]),
    ...(preset === undefined
      ? []
      : [
          preset.filledIn.length === 0
            ? `The preset '${preset.id}' fills in nothing: the configuration says all of it itself.`
            : `The preset '${preset.id}' fills in ${preset.filledIn.join(', ')}.${
                overruled.length === 0
                  ? ''
                  : ` Instead of the preset's, the configuration's own ${overruled.map(pathText).join(', ')} counts.`
              }`,
        ]),
  ];
}

/**
 * Parses a YAML or JSON file.
 * @throws FoveateError `PATH_MISSING`, `CONFIG_INVALID` when it is not YAML or holds no keys
 */
export async function readDocument(file: string): Promise<ConfigDocument> {
  let text: string;
  try {
    text = decodeText(await readRegularFile(file, fileLimit));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const folder = code === 'a folder';
    throw fail({
      code: 'PATH_MISSING',
      what: folder ? 'This is a folder, not a configuration file' : 'Configuration file cannot be read',
      where: file,
      ...(code === undefined || folder ? {} : { got: code }),
      advice: 'Name a YAML or JSON file; examples are in the folder examples',
      cause,
    });
  }
  const document = parseConfigText(text, file);
  requireKeys(document);
  return document;
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
  return complete(await readDocument(file), file, overrides, setting);
}

/**
 * Completes and validates a configuration made by a program.
 * @param baseFolder where relative paths in options start
 * @throws FoveateError `CONFIG_INVALID`, `PLUGIN_UNKNOWN`, `PLUGIN_INVALID` or `PLUGIN_NOT_ALLOWED`
 */
export async function makeConfig(
  value: unknown,
  baseFolder: string,
  setting: ConfigSetting,
  overrides: readonly string[] = [],
): Promise<RunConfig> {
  const document = documentOf(value, 'configuration');
  requireKeys(document);
  return complete(document, resolve(baseFolder, 'run'), overrides, setting);
}
