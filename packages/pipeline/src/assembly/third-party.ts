/**
 * Plugin packages named by a configuration. The manifest, `foveate` in package.json, is read without executing code;
 * a package is imported only once one of its plugins is chosen, and must then export what its manifest says.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from '@foveate/contracts';
import { z } from 'zod';
import { checkMeta, checkPlugin } from './registry.js';
import type { Registry, RegistryEntry } from './registry.js';

const manifestSchema = z.object({
  contract: z.number(),
  plugins: z.array(z.object({ kind: z.string(), id: z.string(), export: z.string(), summary: z.string() })).min(1),
});

interface PackageFile {
  readonly folder: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** The nearest `node_modules/<name>` above `from`; a name that starts with a point is a folder. */
async function findPackage(name: string, from: string): Promise<PackageFile> {
  const candidates: string[] = [];
  if (name.startsWith('.')) candidates.push(resolve(from, name));
  else {
    for (let folder = from; ; folder = dirname(folder)) {
      candidates.push(join(folder, 'node_modules', name));
      if (dirname(folder) === folder) break;
    }
    candidates.push(join(process.cwd(), 'node_modules', name));
  }
  for (const folder of candidates) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return { folder, json: JSON.parse(text) as Record<string, unknown> };
  }
  throw fail({
    code: 'PLUGIN_UNKNOWN',
    what: `Plugin package '${name}' is not installed`,
    where: 'plugins',
    advice: `Install it with: npm install ${name}`,
  });
}

/** The file an `import` of the package would load: conditions node, import and default of `exports`, or `main`. */
function entryFile(json: PackageFile['json']): string {
  const conditions = ['node', 'import', 'default'];
  let target: unknown = json['exports'];
  while (typeof target === 'object' && target !== null) {
    const table = target as Record<string, unknown>;
    const key = ['.', ...Object.keys(table).filter((name) => conditions.includes(name))].find((name) => name in table);
    target = key === undefined ? undefined : table[key];
  }
  return typeof target === 'string' ? target : String(json['main'] ?? 'index.js');
}

/**
 * Registry entries of one package, from its manifest alone.
 * @param from folder the package is looked up from, as Node.js does
 * @throws FoveateError `PLUGIN_UNKNOWN` when it is not installed, `PLUGIN_INVALID` when its manifest is missing or wrong
 */
async function readManifest(name: string, from: string): Promise<readonly RegistryEntry[]> {
  const { folder, json } = await findPackage(name, from);
  const manifest = manifestSchema.safeParse(json['foveate']);
  if (!manifest.success) {
    throw fail({
      code: 'PLUGIN_INVALID',
      what: `Package '${name}' has no usable plugin manifest`,
      where: join(folder, 'package.json'),
      expected: '"foveate": { "contract": 1, "plugins": [{ "kind", "id", "export", "summary" }] }',
      got: json['foveate'] === undefined ? 'nothing' : z.prettifyError(manifest.error),
    });
  }
  return manifest.data.plugins.map(({ export: exported, ...identity }) => {
    const meta = checkMeta({ ...identity, contract: manifest.data.contract }, name);
    return {
      meta,
      packageName: name,
      async load() {
        const file = join(folder, entryFile(json));
        const module = await import(pathToFileURL(file).href).then(
          (loaded) => loaded as Record<string, unknown>,
          (cause: unknown) => {
            throw fail({
              code: 'PLUGIN_INVALID',
              what: `Package '${name}' cannot be imported`,
              where: file,
              got: cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? cause.name) : String(cause),
              advice: 'Build the package, or report this to its author',
              cause,
            });
          },
        );
        const plugin = checkPlugin(module[exported], `export '${exported}' of ${name}`);
        const differing = (['kind', 'id', 'contract', 'summary'] as const).filter((k) => plugin.meta[k] !== meta[k]);
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

/** A registry with the third-party packages a configuration names. @throws as {@link readManifest} */
export async function withPackages(registry: Registry, names: readonly string[], from: string): Promise<Registry> {
  const entries = await Promise.all(names.map((name) => readManifest(name, from)));
  return registry.with(entries.flat());
}
