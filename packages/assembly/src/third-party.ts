/**
 * Plugin packages named by a configuration. The manifest, `foveate` in package.json, is read without executing code;
 * a package is imported only once one of its plugins is chosen, and must then export what its manifest says.
 */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail, messageOf } from '@foveate/contracts';
import { isWithin } from '@foveate/contracts/node';
import { z } from 'zod';
import { requireConsent } from './consent.js';
import type { Consent, FoundPackage } from './consent.js';
import { checkMeta, checkPlugin } from './registry.js';
import type { Registry, RegistryEntry } from './registry.js';

const manifestSchema = z.object({
  contract: z.union([z.string(), z.number()]),
  plugins: z.array(z.object({ kind: z.string(), id: z.string(), export: z.string(), summary: z.string() })).min(1),
});

interface PackageFile extends FoundPackage {
  readonly json: Readonly<Record<string, unknown>>;
}

/** What npm takes as a name; anything else could lead out of `node_modules`. */
const packageName = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;

/** The nearest `node_modules/<name>` above `from`; a name that starts with a point is a folder. */
async function findPackage(name: string, from: string): Promise<PackageFile> {
  const candidates: FoundPackage[] = [];
  if (name.startsWith('.')) candidates.push({ name, folder: resolve(from, name), installedIn: undefined });
  else if (packageName.test(name)) {
    const add = (place: string) =>
      candidates.push({ name, folder: join(place, 'node_modules', name), installedIn: place });
    for (let folder = from; ; folder = dirname(folder)) {
      add(folder);
      if (dirname(folder) === folder) break;
    }
    add(process.cwd());
  }
  for (const found of candidates) {
    const file = join(found.folder, 'package.json');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return { ...found, json: parsePackage(text, file) };
  }
  const [folder] = candidates;
  const isFolder = name.startsWith('.') || isAbsolute(name);
  throw fail({
    code: 'PLUGIN_UNKNOWN',
    what: isFolder ? `The folder '${name}' is no plugin package` : `Plugin package '${name}' is not installed`,
    where: 'plugins',
    ...(isFolder ? { expected: `a package.json in ${folder?.folder ?? 'it'}` } : {}),
    advice: packageName.test(name)
      ? `Install it with: npm install ${name}`
      : 'Name an npm package, or a folder with a package.json as ./name',
  });
}

function parsePackage(text: string, where: string): PackageFile['json'] {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (cause) {
    throw fail({ code: 'PLUGIN_INVALID', what: 'This is not the package.json of a package', where, cause });
  }
}

/**
 * The file an `import` of the package would load: conditions node, import and default of `exports`, or `main`.
 * @throws FoveateError `PLUGIN_INVALID` when it is none of the package
 */
function entryFile({ json, folder, name }: PackageFile): string {
  const conditions = ['node', 'import', 'default'];
  let target: unknown = json['exports'];
  while (typeof target === 'object' && target !== null) {
    const table = target as Record<string, unknown>;
    const key = ['.', ...Object.keys(table).filter((name) => conditions.includes(name))].find((name) => name in table);
    target = key === undefined ? undefined : table[key];
  }
  const file = join(folder, typeof target === 'string' ? target : String(json['main'] ?? 'index.js'));
  if (isWithin(folder, file)) return file;
  throw fail({
    code: 'PLUGIN_INVALID',
    what: `Package '${name}' names a file outside of it`,
    where: folder,
    got: file,
  });
}

/**
 * Registry entries of one package, from its manifest alone.
 * @param from folder the package is looked up from, as Node.js does
 * @throws FoveateError `PLUGIN_UNKNOWN` when it is not installed, `PLUGIN_INVALID` when its manifest is missing or wrong
 */
async function readManifest(name: string, from: string, consent: Consent): Promise<readonly RegistryEntry[]> {
  const found = await findPackage(name, from);
  const { folder, json } = found;
  const manifest = manifestSchema.safeParse(json['foveate']);
  if (!manifest.success) {
    throw fail({
      code: 'PLUGIN_INVALID',
      what: `Package '${name}' has no usable plugin manifest`,
      where: join(folder, 'package.json'),
      expected: '"foveate": { "contract": "^2", "plugins": [{ "kind", "id", "export", "summary" }] }',
      got: json['foveate'] === undefined ? 'nothing' : z.prettifyError(manifest.error),
    });
  }
  return manifest.data.plugins.map(({ export: exported, ...identity }) => {
    const meta = checkMeta({ ...identity, contract: manifest.data.contract }, name);
    return {
      meta,
      packageName: name,
      ...(typeof json['version'] === 'string' ? { version: json['version'] } : {}),
      async load() {
        const file = entryFile(found);
        await requireConsent(found, consent);
        const module = await import(pathToFileURL(file).href).then(
          (loaded) => loaded as Record<string, unknown>,
          (cause: unknown) => {
            throw fail({
              code: 'PLUGIN_INVALID',
              what: `Package '${name}' cannot be imported`,
              where: file,
              got: messageOf(cause).split('\n', 1)[0] ?? '',
              advice:
                (cause as { readonly code?: unknown }).code === 'ERR_MODULE_NOT_FOUND'
                  ? `Install what it needs, with npm install in ${found.folder}, or build it`
                  : 'Build the package, or report this to its author',
              cause,
            });
          },
        );
        if (!(exported in module)) {
          throw fail({
            code: 'PLUGIN_INVALID',
            what: `Package '${name}' does not export '${exported}', which its manifest names`,
            where: file,
            got: `the exports ${Object.keys(module).join(', ') || 'none'}`,
          });
        }
        const plugin = checkPlugin(module[exported], `export '${exported}' of ${name}`);
        const differing = (['kind', 'id', 'contract'] as const).filter((k) => plugin.meta[k] !== meta[k]);
        if (differing.length > 0) {
          throw fail({
            code: 'PLUGIN_INVALID',
            what: `Plugin '${meta.id}' differs from its manifest in ${differing.join(', ')}`,
            where: name,
            expected: JSON.stringify(differing.map((key) => meta[key])),
            got: JSON.stringify(differing.map((key) => plugin.meta[key])),
          });
        }
        return plugin;
      },
    };
  });
}

/**
 * A registry with the third-party packages a configuration names.
 * @param consent what becomes of code that the user did not install, once one of its plugins is loaded
 * @throws as {@link readManifest}; loading a plugin also FoveateError `PLUGIN_NOT_ALLOWED`
 */
export async function withPackages(
  registry: Registry,
  names: readonly string[],
  from: string,
  consent: Consent,
): Promise<Registry> {
  const entries = await Promise.all(names.map((name) => readManifest(name, from, consent)));
  return registry.with(entries.flat());
}
