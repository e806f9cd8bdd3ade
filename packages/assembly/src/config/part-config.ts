/** Configurations of other work than runs: keys of their own, and slots of plugins at the top. */
import { dirname, resolve } from 'node:path';
import { fail } from '@foveate/contracts';
import type { ChosenPlugin, PluginKind, PluginServices, StageContext } from '@foveate/contracts';
import { z } from 'zod';
import type { Registry } from '../registry.js';
import { defaultOptions, registered, serviceBuilder } from '../service-builder.js';
import { withPackages } from '../third-party.js';
import { WaitGraph } from '../wait-graph.js';
import { documentOf, withOverrides, type ConfigDocument } from './document.js';
import { SchemaGuide } from './guide.js';
import { target } from './option-forms.js';
import { isObject, type PlainObject } from './plain-object.js';
import { Problems } from './problems.js';
import { packagesOf, readDocument, type ConfigSetting } from './read.js';
import { resolveList, resolvePlugin } from './resolve-plugin.js';

/** Slots by key: the kind of the plugin there, or of the plugins of a list. */
export type PartSlots = Readonly<Record<string, { readonly kind: PluginKind; readonly many?: boolean }>>;

/** What such a configuration may hold. */
export interface PartForm<Own extends z.ZodRawShape, Slots extends PartSlots> {
  /** Schemas of the keys that name no plugin. */
  readonly own: Own;
  readonly slots: Slots;
  /** What stands in for keys that are left out, taken whole. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** Such a configuration, checked. */
export interface PartConfig<Own extends z.ZodRawShape, Slots extends PartSlots> {
  /** Where relative paths in options start. */
  readonly baseFolder: string;
  readonly seed: number;
  /** Keys that name no plugin, defaults filled in. */
  readonly own: z.output<z.ZodObject<Own>>;
  /** Plugins by slot. */
  readonly chosen: Readonly<Record<keyof Slots, readonly ChosenPlugin[]>>;
  /** Builds the services of a slot, in order. The caller owns engines. @throws FoveateError of the plugins */
  build<Key extends keyof Slots>(slot: Key): Promise<readonly PluginServices[Slots[Key]['kind']][]>;
}

const common = {
  $schema: z.string().optional(),
  seed: z.int().min(0).default(1).describe('Where all random numbers start.'),
  plugins: z.array(z.string().min(1)).default([]).describe('Packages that bring plugins.'),
};

/**
 * Reads, completes and checks such a configuration.
 * @param file undefined: nothing is written but the overrides, and relative paths start from the working folder
 * @param overrides `a.b=c` texts
 * @throws FoveateError `PATH_MISSING`, `CONFIG_INVALID`, `PLUGIN_UNKNOWN`, `PLUGIN_INVALID` or `PLUGIN_NOT_ALLOWED`
 */
export async function readPartConfig<Own extends z.ZodRawShape, Slots extends PartSlots>(
  file: string | undefined,
  overrides: readonly string[],
  form: PartForm<Own, Slots>,
  setting: ConfigSetting,
): Promise<PartConfig<Own, Slots>> {
  const path = file ?? resolve('configuration');
  const asWritten = file === undefined ? documentOf({}, 'configuration') : await readDocument(file);
  const completed = { ...asWritten, value: { ...structuredClone(form.defaults), ...(asWritten.value ?? {}) } };
  const document = withOverrides(completed, overrides);
  const registry = await withPackages(
    setting.registry,
    packagesOf(document, path).names,
    dirname(path),
    setting.consent,
  );
  const { own, chosen } = await checked(document, form, registry);
  const { seed } = own as unknown as { readonly seed: number };
  const baseFolder = resolve(dirname(path));
  return { baseFolder, seed, own, chosen, build: builderOf(registry, form.slots, { seed, baseFolder, chosen }) };
}

async function checked<Own extends z.ZodRawShape, Slots extends PartSlots>(
  document: ConfigDocument,
  { own, slots }: PartForm<Own, Slots>,
  registry: Registry,
): Promise<Pick<PartConfig<Own, Slots>, 'own' | 'chosen'>> {
  const value = isObject(document.value) ? document.value : {};
  const problems = new Problems(document);
  const named = Object.fromEntries(Object.keys(slots).map((key) => [key, z.unknown()]));
  const schema = z.strictObject({ ...common, ...named, ...own });
  const guide = new SchemaGuide(z.toJSONSchema(schema, { io: 'input', target }));
  const parsed = schema.safeParse(problems.named(value, [], guide));
  if (!parsed.success) problems.addIssues([], parsed.error.issues, guide);
  const chosen: [string, readonly (ChosenPlugin | undefined)[]][] = [];
  for (const [key, { kind, many = false }] of Object.entries(slots)) {
    const there = value[key] ?? (many ? [] : undefined);
    if (many && !Array.isArray(there)) {
      problems.add([key], `expected a list of ${kind} plugins`);
      continue;
    }
    const found = many
      ? await resolveList(kind, [key], there as readonly unknown[], registry, problems)
      : [await resolvePlugin(kind, [key], there, registry, problems)];
    chosen.push([key, found]);
  }
  const error = problems.error();
  if (error !== undefined || !parsed.success) {
    throw error ?? fail({ code: 'CONFIG_INVALID', what: 'The configuration is invalid' });
  }
  const keys = Object.keys(own).concat(Object.keys(common));
  const kept = Object.fromEntries(Object.entries(parsed.data as PlainObject).filter(([key]) => keys.includes(key)));
  return {
    own: kept as z.output<z.ZodObject<Own>>,
    chosen: Object.fromEntries(chosen) as unknown as Readonly<Record<keyof Slots, readonly ChosenPlugin[]>>,
  };
}

/** As the container of a run does, but nothing is shared: what is asked for is built anew. */
function builderOf<Own extends z.ZodRawShape, Slots extends PartSlots>(
  registry: Registry,
  slots: Slots,
  { seed, baseFolder, chosen }: Pick<PartConfig<Own, Slots>, 'seed' | 'baseFolder' | 'chosen'>,
): PartConfig<Own, Slots>['build'] {
  const waiting = new WaitGraph();
  const asked = async (kind: PluginKind, id: string | undefined): Promise<ChosenPlugin> => {
    if (id !== undefined) return { id, options: await defaultOptions(await registry.get(kind, id).load()) };
    const [key] = Object.entries(slots).find(([, slot]) => slot.kind === kind) ?? [];
    const [first] = key === undefined ? [] : chosen[key as keyof Slots];
    if (first !== undefined) return first;
    throw fail({ code: 'PLUGIN_UNKNOWN', what: `There is no ${kind} in this configuration` });
  };
  const build = serviceBuilder(registry, (plugin, owner, options) => {
    const get: StageContext['get'] = async <K extends PluginKind>(kind: K, id?: string) => {
      const wanted = await asked(kind, id);
      const name = `${kind} '${wanted.id}'`;
      return waiting.during(owner, name, async () =>
        build(await registry.get(kind, wanted.id).load(), wanted.options, name),
      ) as Promise<PluginServices[K]>;
    };
    // No stage is among the slots, so that nobody asks for the run.
    return registered(plugin, owner, options, { baseFolder, seed, get } as StageContext);
  });
  return async <Key extends keyof Slots>(slot: Key) => {
    type Services = readonly PluginServices[Slots[Key]['kind']][];
    const { kind } = slots[slot] as Slots[Key];
    const services = chosen[slot].map(async ({ id, options }) => build(await registry.get(kind, id).load(), options));
    return (await Promise.all(services)) as unknown as Services;
  };
}
