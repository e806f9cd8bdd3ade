/** Folders of data sets, and what to say when they are not as they should be. */
import { join } from 'node:path';
import { fail } from '@foveate/contracts';
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

/** Names of the folders in a folder below root; empty when there is none. */
export async function foldersIn(root: string, folder: string): Promise<readonly string[]> {
  return (await list(join(root, folder)))?.folders ?? [];
}
