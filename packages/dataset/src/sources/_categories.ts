/** Data sets that come as a folder per category. */
import { join } from 'node:path';
import { fail } from '@foveate/contracts';
import { list } from './_files.js';

/**
 * Says why a folder is not a category.
 * @param layout the data set's name
 * @param expected what a category holds
 * @param example a category
 * @returns an error `PATH_MISSING`, to be thrown
 */
export async function notACategory(root: string, layout: string, expected: string, example: string) {
  const here = await list(root);
  return fail({
    code: 'PATH_MISSING',
    what: here === undefined ? 'The folder does not exist' : `The folder does not have the layout of ${layout}`,
    where: root,
    expected,
    ...(here === undefined ? {} : { got: here.folders.length === 0 ? 'no folders' : here.folders.join(', ') }),
    advice: `Set root to the category (…/${example}), or root to the folder above it and category to its name`,
  });
}

/** Names of the folders in a folder below root; empty when there is none. */
export async function foldersIn(root: string, folder: string): Promise<readonly string[]> {
  return (await list(join(root, folder)))?.folders ?? [];
}
