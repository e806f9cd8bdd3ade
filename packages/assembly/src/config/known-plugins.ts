/** Plugins beyond those handed over: what an editor is to know, and a list to show. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Registry } from '../registry.js';
import { withPackages } from '../third-party.js';
import { packagesOf, readDocument } from './read.js';
import type { ConfigSetting } from './read.js';

/**
 * The registry with plugin packages.
 * @param names configuration files, whose packages are meant, and packages themselves, looked up from the working folder;
 *   of a configuration nothing but its packages has to be right
 * @throws FoveateError `PATH_MISSING`, `CONFIG_INVALID` for a file; `PLUGIN_UNKNOWN`, `PLUGIN_INVALID` for a package
 */
export async function knownPlugins(names: readonly string[], { registry, consent }: ConfigSetting): Promise<Registry> {
  const seen = new Set<string>();
  let known = registry;
  for (const name of names) {
    const packages = await packagesIn(name);
    const fresh = packages.names.filter((own) => {
      // Two configurations may use one package.
      const key = own.startsWith('.') ? resolve(packages.from, own) : own;
      return !seen.has(key) && seen.add(key);
    });
    known = await withPackages(known, fresh, packages.from, consent);
  }
  return known;
}

async function packagesIn(name: string): Promise<ReturnType<typeof packagesOf>> {
  const isFile = await stat(name).then(
    (found) => found.isFile(),
    () => /\.(ya?ml|json)$/i.test(name),
  );
  return isFile ? packagesOf(await readDocument(name), name) : { names: [name], from: process.cwd() };
}
