/** Makes and opens mask stores. */
import { existsSync, statSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fail } from '@foveate/contracts';
import { makeFolder } from '@foveate/contracts/node';
import { FolderStore, journalFile, turnsFolder } from './_folder-store.js';
import { insideStore } from './_inside-store.js';
import type { MaskStore } from './mask-store.js';
import { pixelsFolder } from './_pixels.js';
import { readStoreFile, storeFile, writeStoreFile } from './_store-file.js';
import { takeTurn } from './_turn.js';
import { unwritable } from './_unwritable.js';

/** Options of {@link createMaskStore}. */
export interface CreateOptions {
  /** Folder that the paths of images begin from; must exist. */
  readonly images: string;
  /** Globs below it of files that are no images of the data set, for example `ground_truth/**`. */
  readonly ignore?: readonly string[];
}

/**
 * Makes a store without masks.
 * @param folder is made when it is missing
 * @throws FoveateError `PATH_MISSING` when there is no such folder of images, `OUTPUT_EXISTS` when a store is there already,
 * `OUTPUT_UNWRITABLE`
 */
export async function createMaskStore(folder: string, { images, ignore = [] }: CreateOptions): Promise<MaskStore> {
  const [path, imageRoot] = [resolve(folder), resolve(images)];
  const isFolder = await stat(imageRoot).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw fail({ code: 'PATH_MISSING', what: 'There is no such folder of images', where: imageRoot, advice: 'Check the path' }); // prettier-ignore
  }
  await makeFolder(path).catch((cause: unknown) => {
    throw unwritable(path, cause);
  });
  refuseAnother(path);
  const turn = await takeTurn(insideStore(path, turnsFolder));
  try {
    refuseAnother(path);
    await writeFile(join(path, journalFile), '').catch((cause: unknown) => {
      throw unwritable(join(path, journalFile), cause);
    });
    // Last: a folder with this file is a store. Whoever was killed before can begin again.
    await writeStoreFile(path, { imageRoot, ignore });
  } finally {
    await turn.end();
  }
  return openMaskStore(path);
}

function refuseAnother(path: string): void {
  const size = statSync(join(path, journalFile), { throwIfNoEntry: false })?.size ?? 0;
  const found = size > 0 ? journalFile : [storeFile, pixelsFolder].find((name) => existsSync(join(path, name)));
  if (found === undefined) return;
  throw fail({
    code: 'OUTPUT_EXISTS',
    what: 'There is a mask store already',
    where: path,
    got: found,
    advice: 'Use it, or choose another folder',
  });
}

/**
 * Opens a store and reads what is in it.
 * @throws FoveateError `PATH_MISSING` when there is none; `DATA_INVALID` (reasons `store-damaged`, `store-version`) naming
 * file and line when it is damaged or of another version of the format
 */
export function openMaskStore(folder: string): Promise<MaskStore> {
  return openFolderStore(folder);
}

/** As {@link openMaskStore}. */
export async function openFolderStore(folder: string): Promise<FolderStore> {
  const path = resolve(folder);
  const store = new FolderStore(path, await readStoreFile(path));
  await store.refresh();
  return store;
}
