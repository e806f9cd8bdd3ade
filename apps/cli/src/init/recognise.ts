/** Which layout a folder has. */
import { fail } from '@foveate/contracts';
import { foldersLayout, industrialLayout } from './class-folders.js';
import { cocoLayout } from './coco-layout.js';
import { Folder } from './folder.js';
import type { Answers, Layout, Recognised } from './layout.js';
import { manifestLayout } from './manifest-layout.js';
import { masksFolderLayout } from './masks-folder.js';
import { publicLayouts } from './public-layouts.js';

/** All layouts, the most particular first: the first that fits counts. */
const layouts: readonly Layout[] = [
  ...publicLayouts,
  cocoLayout,
  manifestLayout,
  industrialLayout,
  masksFolderLayout,
  foldersLayout,
];

/** Entries of a folder that an error lists. */
const listed = 12;

/**
 * Recognises the layout of a folder, or of a folder in it: archives often hold one more.
 * @throws FoveateError `PATH_MISSING` without such a folder, `DATA_INVALID` saying what was seen and what would be recognised
 */
export async function recognise(path: string, answers: Answers): Promise<Recognised> {
  const folder = new Folder(path);
  await folder.files().catch((cause: unknown) => {
    throw fail({
      code: 'PATH_MISSING',
      what: 'The folder of images cannot be read',
      where: path,
      got: cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause),
      advice: 'Name the folder that holds the images',
      cause,
    });
  });
  for (const candidate of [folder, ...(await folder.children())]) {
    // Folders per class fit nearly everything, a folder of classes in a data set above all.
    for (const layout of candidate === folder ? layouts : layouts.filter((one) => one !== foldersLayout)) {
      const found = await layout.recognise(candidate, answers);
      if (found !== undefined) return found;
    }
  }
  throw fail({
    code: 'DATA_INVALID',
    what: 'The layout of the images is not recognised',
    where: path,
    expected: `one of\n${layouts.map(({ looks }) => `  - ${looks}\n`).join('')}`,
    got: await seen(folder),
    advice:
      'Arrange the images like one of these, or write the configuration by hand: the README of @foveate/dataset lists all sources and their options',
  });
}

async function seen(folder: Folder): Promise<string> {
  const [folders, files, images] = [await folder.folders(), await folder.files(), await folder.images()];
  const names = [...folders.map((name) => `${name}/`), ...files];
  if (names.length === 0) return 'an empty folder';
  const more = names.length > listed ? ` and ${String(names.length - listed)} more` : '';
  return `${String(folders.length)} folders, ${String(images.length)} images, ${String(files.length - images.length)} other files: ${names.slice(0, listed).join(', ')}${more}`;
}
