/** Presets: named pieces of configuration that fill in what a configuration leaves out. */
import { fail } from '@foveate/contracts';
import type { AppliedPreset, ChosenPlugin, Preset } from '@foveate/contracts';
import type { Registry } from '../registry.js';
import { pathText } from './document.js';
import type { ConfigDocument, ConfigPath } from './document.js';
import { isObject } from './plain-object.js';
import { Problems } from './problems.js';
import { resolvePlugin } from './resolve-plugin.js';
import { slots } from './slots.js';

/** What a preset may say: all that makes a run, but not whose and where it is. */
const presetKeys = [
  'pipeline',
  'data',
  'model',
  'loss',
  'optimizer',
  'explain',
  'metrics',
  'training',
  'engine',
  'observers',
];

/** A preset that a configuration chose. */
export interface ChosenPreset extends ChosenPlugin {
  readonly values: Preset;
}

/**
 * The preset that a configuration names under `preset`.
 * @returns undefined when it names none
 * @throws FoveateError `PLUGIN_UNKNOWN` or `CONFIG_INVALID` for the reference, `PLUGIN_INVALID` for a preset that says what
 *   presets may not say
 */
export async function choosePreset(
  document: ConfigDocument,
  registry: Registry,
  context: { readonly baseFolder: string; readonly seed: number },
): Promise<ChosenPreset | undefined> {
  const reference = isObject(document.value) ? document.value['preset'] : undefined;
  if (reference === undefined || reference === null) return undefined;
  const problems = new Problems(document);
  const chosen = await resolvePlugin('preset', ['preset'], reference, registry, problems);
  const error = problems.error();
  if (error !== undefined) throw error;
  if (chosen === undefined) throw fail({ code: 'CONFIG_INVALID', what: 'The preset is invalid' });
  const plugin = await registry.get('preset', chosen.id).load();
  const get = () =>
    Promise.reject(
      fail({
        code: 'PLUGIN_INVALID',
        what: `Preset '${chosen.id}' asks for another plugin, of which none is built yet`,
      }),
    );
  const values = (await plugin.register(chosen.options, { ...context, get })) as Preset;
  const stranger = Object.keys(values).find((key) => !presetKeys.includes(key));
  if (stranger !== undefined) {
    throw fail({
      code: 'PLUGIN_INVALID',
      what: `Preset '${chosen.id}' says '${stranger}'`,
      expected: `keys among ${presetKeys.join(', ')}`,
      advice: 'Tell the author of the preset',
    });
  }
  return { ...chosen, values };
}

/**
 * A document with what is missing filled in. What is written wins, plugins with all their options; of a list of plugins,
 * those of the preset that are not named in it come first.
 */
export function withPreset(document: ConfigDocument, preset: ChosenPreset | undefined): PresetDocument {
  if (preset === undefined) return { ...document, filledIn: [], overruled: [] };
  const filledIn: ConfigPath[] = [];
  const overruled: ConfigPath[] = [];
  const filled = fill(document.value ?? {}, preset.values, [], { filledIn, overruled });
  const isFilled = (path: ConfigPath) =>
    filledIn.some((part) => part.every((key, index) => String(path[index]) === String(key)));
  return {
    value: filled,
    filledIn,
    overruled,
    locate: (path) => (isFilled(path) ? `preset '${preset.id}'` : document.locate(written(path, filledIn))),
    textAt: (path, value) => (isFilled(path) ? undefined : document.textAt(written(path, filledIn), value)),
  };
}

/** A document, the paths a preset filled in, and those of which it says something that the document says otherwise. */
export interface PresetDocument extends ConfigDocument {
  readonly filledIn: readonly ConfigPath[];
  readonly overruled: readonly ConfigPath[];
}

/** What a run records of its preset. */
export function appliedPreset({ id, options }: ChosenPreset, filledIn: readonly ConfigPath[]): AppliedPreset {
  return { id, options, filledIn: filledIn.map(pathText) };
}

/** The path where it stood before items of the preset were put in front of it. */
function written(path: ConfigPath, filledIn: readonly ConfigPath[]): ConfigPath {
  return path.map((key, index) => {
    if (typeof key !== 'number') return key;
    const list = pathText(path.slice(0, index));
    return key - filledIn.filter((part) => part.length === index + 1 && pathText(part.slice(0, -1)) === list).length;
  });
}

/** Gets the path of everything that is taken from the preset, and of everything else it says. */
interface Told {
  readonly filledIn: ConfigPath[];
  readonly overruled: ConfigPath[];
}

function fill(value: unknown, preset: unknown, path: ConfigPath, told: Told): unknown {
  const { filledIn, overruled } = told;
  if (value === undefined || value === null) {
    if (Array.isArray(preset)) preset.forEach((_, index) => filledIn.push([...path, index]));
    else if (isObject(preset) && isSection(path))
      Object.keys(preset).forEach((key) => fill(undefined, preset[key], [...path, key], told));
    else filledIn.push(path);
    return structuredClone(preset);
  }
  if (slots.some((slot) => slot.many && pathText(slot.path) === pathText(path))) {
    if (!Array.isArray(value) || !Array.isArray(preset)) {
      overruled.push(path);
      return value;
    }
    const named = value.map(idOf);
    const missing = preset.filter((item) => !named.includes(idOf(item)));
    missing.forEach((_, index) => filledIn.push([...path, index]));
    if (missing.length < preset.length) overruled.push(path);
    return [...structuredClone(missing), ...(value as unknown[])];
  }
  if (!isSection(path) || !isObject(value) || !isObject(preset)) {
    overruled.push(path);
    return value;
  }
  const keys = Object.keys(preset).filter((key) => preset[key] !== undefined);
  return {
    ...value,
    ...Object.fromEntries(keys.map((key) => [key, fill(value[key], preset[key], [...path, key], told)])),
  };
}

/** Objects whose keys are filled in one by one; deeper ones are taken or left whole. */
function isSection(path: ConfigPath): boolean {
  return path.length === 0 || ['data', 'training'].includes(pathText(path));
}

function idOf(reference: unknown): unknown {
  return isObject(reference) ? reference['id'] : reference;
}
