import { posix } from 'node:path';
import { fail } from '@foveate/contracts';
import { folded } from '../_type-names.js';
import { companion, type Companion } from './_class-files.js';
import type { CompanionOption } from './_options.js';

/**
 * Where the masks of a class folder are: beside its images, in a folder that repeats the class folders, or in one whose
 * path differs in one name, as `dent/masks` beside `dent/images`.
 * @param folder of the images, `/`-separated and relative to the root
 * @param key of the option, for messages
 * @throws FoveateError `CONFIG_INVALID` when the path has no folder to be replaced
 */
export function companionOf(option: CompanionOption | undefined, folder: string, key: string): Companion | undefined {
  if (option === undefined) return undefined;
  if (typeof option === 'string') return companion(folder, option);
  if ('folder' in option) return companion(posix.join(option.folder, folder), option.ending);
  const names = folder.split('/');
  const at = names.findLastIndex((name) => folded(name) === folded(option.replace));
  if (at >= 0) return companion(names.with(at, option.with).join('/'), option.ending);
  throw fail({
    code: 'CONFIG_INVALID',
    what: `The path of a class folder has no folder '${option.replace}' to be replaced by '${option.with}'`,
    where: `source.${key}.replace`,
    got: folder,
    advice: `Name the folder that holds the images, such as ${posix.join(folder, option.replace)}`,
  });
}
