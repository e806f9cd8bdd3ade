/** Folders of data sets, and what to say when they are not as they should be. */
import { join, posix } from 'node:path';
import { fail } from '@foveate/contracts';
import { Disk } from './_disk.js';
import { list } from './_files.js';

/**
 * Says why a folder is not of a data set.
 * @param layout the data set's name
 * @param expected what the folder should hold
 * @param category an example, where the data set is divided into categories
 * @returns an error `PATH_MISSING`, to be thrown
 */
export async function wrongLayout(root: string, layout: string, expected: string, category?: string) {
  const here = await list(root);
  return fail({
    code: 'PATH_MISSING',
    what: here === undefined ? 'The folder does not exist' : `The folder does not have the layout of ${layout}`,
    where: root,
    expected,
    ...(here === undefined ? {} : { got: here.folders.length === 0 ? 'no folders' : here.folders.join(', ') }),
    advice:
      category === undefined
        ? 'Check root, which is relative to the configuration file'
        : `Set root to the category (…/${category}), or root to the folder above it and category to its name`,
  });
}

/** A folder below root as the disk spells it, and the names of the folders in it. */
export interface Folders {
  readonly folder: string;
  readonly names: readonly string[];
}

/** The folders in a folder below root, capitals aside; none when there is no such folder. */
export async function foldersIn(root: string, given: string): Promise<Folders> {
  const folder = given === '.' ? '.' : await new Disk(root).spelled(posix.normalize(given));
  return { folder, names: (await list(join(root, folder)))?.folders ?? [] };
}
