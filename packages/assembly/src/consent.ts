/**
 * Whose code may run. A configuration names packages, and a configuration may come from someone else, a run folder above
 * all. What the user installed with npm where they work runs; everything else runs once they have said so.
 */
import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail } from '@foveate/contracts';
import { isWithin, writeAtomically } from '@foveate/contracts/node';
import { z } from 'zod';
import { folderDigest } from './folder-digest.js';

/** A package as it was found. */
export interface FoundPackage {
  /** As the configuration names it. */
  readonly name: string;
  readonly folder: string;
  /** Folder whose `node_modules` it was found in; undefined for a package named by its path. */
  readonly installedIn: string | undefined;
}

/**
 * What becomes of code that the user did not install: `ask` refuses it unless it was allowed before, `allow` runs and
 * remembers it, `given` runs it, since it was asked about when the configuration was read.
 */
export type Consent = 'ask' | 'allow' | 'given';

const storeSchema = z.object({
  version: z.literal(1),
  /** By SHA-256 of the files of the package. */
  allowed: z.record(z.string(), z.object({ name: z.string(), folder: z.string(), since: z.string() })),
});

/** Where is kept what was allowed: `$FOVEATE_HOME`, or the configuration folder of the user. */
export function consentFile(environment: NodeJS.ProcessEnv = process.env): string {
  const { FOVEATE_HOME: home, XDG_CONFIG_HOME: xdg, LOCALAPPDATA: local } = environment;
  const folder =
    home || join(xdg || (process.platform === 'win32' ? local : undefined) || join(homedir(), '.config'), 'foveate');
  return join(folder, 'allowed-plugins.json');
}

/**
 * Sees to it that the code of a package may run.
 * @throws FoveateError `PLUGIN_NOT_ALLOWED` naming the package, where it lies and how to allow it
 */
export async function requireConsent(found: FoundPackage, consent: Consent): Promise<void> {
  if (consent === 'given' || isInstalled(found)) return;
  const { name, folder } = found;
  const digest = await folderDigest(folder);
  const file = consentFile();
  const store = await readStore(file);
  if (Object.hasOwn(store.allowed, digest)) return;
  if (consent === 'allow') {
    const allowed = { ...store.allowed, [digest]: { name, folder, since: new Date().toISOString() } };
    await writeAtomically(file, `${JSON.stringify({ ...store, allowed }, null, 2)}\n`);
    return;
  }
  throw fail({
    code: 'PLUGIN_NOT_ALLOWED',
    what: `The configuration wants to run code of the plugin package '${name}', which is not installed where you work`,
    where: folder,
    got: `sha256 ${digest}`,
    advice:
      'If you trust it, repeat the command with --allow-plugins, which is remembered until a file of it changes, ' +
      'or install it with npm in the folder you work in',
  });
}

/** Installed by the user: in the folder they work in or above, or beside this program; never in a run folder. */
function isInstalled({ installedIn }: FoundPackage): boolean {
  if (installedIn === undefined) return false;
  const place = realpathSync(installedIn);
  const homes = [realpathSync(process.cwd()), dirname(fileURLToPath(import.meta.url))];
  return homes.some((home) => isWithin(place, home)) && !isInRun(place);
}

function isInRun(folder: string): boolean {
  const above = dirname(folder);
  return existsSync(join(folder, 'run.json')) || (above !== folder && isInRun(above));
}

/** Nothing is allowed where the file is not there or damaged. */
async function readStore(file: string): Promise<z.output<typeof storeSchema>> {
  try {
    return storeSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return { version: 1, allowed: {} };
  }
}
