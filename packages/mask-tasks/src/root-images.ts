/** The images that a store is for. */
import { statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { fail } from '@foveate/contracts';
import { ImageFolder } from '@foveate/mask-formats';
import { listImages, type MaskStore } from '@foveate/mask-store';
import picomatch from 'picomatch';

/** Paths of the images below the image root, those of the store and ignored ones left out. @throws FoveateError as `listImages` */
export function imagesOf(store: MaskStore, except: readonly string[] = []): Promise<readonly string[]> {
  return listImages(store.imageRoot, { ignore: store.ignore, except: [store.folder, ...except] });
}

/** Whether paths below the image root match one of the globs; without globs, all do. */
export function pathMatcher(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => true;
  const isMeant = picomatch(globs.map((glob) => glob.replace(/^\.\//, '')), { dot: true }); // prettier-ignore
  return (path) => isMeant(path);
}

/** As {@link imagesOf}, only those that match one of the globs; all where there is none. @throws FoveateError also `CONFIG_INVALID` where there is no image */
export async function someImages(store: MaskStore, globs: readonly string[] = []): Promise<readonly string[]> {
  const paths = (await imagesOf(store)).filter(pathMatcher(globs));
  if (paths.length > 0) return paths;
  throw fail({
    code: 'CONFIG_INVALID',
    what: globs.length === 0 ? 'There is no image' : 'No image has such a path',
    where: store.imageRoot,
    ...(globs.length === 0 ? {} : { got: globs.join(', ') }),
    advice: "Paths are relative to this folder, for example 'good/**'",
  });
}

/** Images by the names that annotations give them. */
export class NamedImages {
  readonly folder: ImageFolder;
  readonly #paths: ReadonlySet<string>;
  readonly #prefix: string;

  /** @param file annotations; where they lie below the image root, their names of images may begin from there */
  constructor(store: MaskStore, paths: readonly string[], file: string) {
    this.folder = ImageFolder.of(store.imageRoot, paths);
    this.#paths = new Set(paths);
    const isFolder = statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
    const from = relative(store.imageRoot, isFolder ? resolve(file) : resolve(file, '..'));
    this.#prefix = from === '' || from.startsWith('..') || isAbsolute(from) ? '' : `${from.split(sep).join('/')}/`;
  }

  /**
   * The path of an image.
   * @throws FoveateError `DATA_INVALID`, reason `image-missing` or `image-ambiguous`, which names those that may be meant
   */
  find(name: string): string {
    const beside = `${this.#prefix}${name.replaceAll('\\', '/')}`;
    return this.#prefix !== '' && this.#paths.has(beside) ? beside : this.folder.find(name);
  }
}
