/** What lies in a run folder besides the files of a run: leftovers of killed processes, and links that someone put there. */
import { lstatSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isTemporaryName, resolveInside } from '@foveate/contracts/node';

/** Where a run and the commands that work on it write: folders, with how many levels below them. The rest is not touched. */
const folders: Readonly<Record<string, number>> = {
  '': 0,
  logs: 0,
  explanations: 0,
  features: 1,
  explained: 0,
  export: 1,
};

/** Temporary files and caches of decoded samples of processes that ended in the middle; only for who holds the lock. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const path of entriesOf(folder)) {
    const name = path.split('/').at(-1) ?? '';
    const left = isTemporaryName(name) || /^\.samples-.+\.cache$/.test(name);
    if (left && lstatSync(join(folder, path), { throwIfNoEntry: false })?.isFile() === true) {
      // Whoever may not remove it may still be able to write beside it.
      await rm(join(folder, path), { force: true }).catch(() => undefined);
    }
  }
}

/** @throws FoveateError `RUN_INVALID` for a link that leads out of the folder, which files could be read or written through */
export function refuseLinksOut(folder: string): void {
  for (const path of entriesOf(folder)) {
    if (lstatSync(join(folder, path), { throwIfNoEntry: false })?.isSymbolicLink() === true)
      resolveInside(folder, path);
  }
}

/** Paths relative to the folder; no link is followed. */
function entriesOf(folder: string): readonly string[] {
  return Object.entries(folders).flatMap(([name, levels]) => below(folder, name, levels));
}

function below(folder: string, path: string, levels: number): readonly string[] {
  // One that lies at the place of a folder is an entry of the folder above.
  if (path !== '' && lstatSync(join(folder, path), { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const own = path === '' ? entry.name : `${path}/${entry.name}`;
    return [own, ...(levels > 0 && entry.isDirectory() ? below(folder, own, levels - 1) : [])];
  });
}
