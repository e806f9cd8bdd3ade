/** The images that annotations may speak of. Names in annotations are compared with what is there and never opened. */
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fail } from '@foveate/contracts';
import { readImageHeader, type ImageHeader } from '@foveate/image';
import { invalid } from './invalid.js';

const extensions = /\.(?:png|jpe?g|jfif|bmp|tiff?|webp|gif|heic|heif|avif)$/i;

/** Images below a folder, by the names that annotations give them. Links are not followed. */
export class ImageFolder {
  readonly root: string;
  /** Paths relative to `root`, `/`-separated, in order. */
  readonly paths: readonly string[];
  readonly #byName = new Map<string, string[]>();
  readonly #byStem = new Map<string, string[]>();

  private constructor(root: string, paths: readonly string[]) {
    this.root = root;
    this.paths = paths;
    for (const path of paths) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      add(this.#byName, composed(name), path);
      add(this.#byStem, composed(stemOf(name)), path);
    }
  }

  /** @throws FoveateError `PATH_MISSING` when the folder cannot be read */
  static async open(root: string): Promise<ImageFolder> {
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
      const got = (cause as NodeJS.ErrnoException).code ?? String(cause);
      throw fail({ code: 'PATH_MISSING', what: 'The folder of images cannot be read', where: root, got, advice: 'Check the path', cause }); // prettier-ignore
    });
    const paths = entries
      .filter((entry) => entry.isFile() && extensions.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
    return new ImageFolder(root, paths.sort());
  }

  /** Those images of a folder that are listed. @param paths relative to `root`, `/`-separated */
  static of(root: string, paths: readonly string[]): ImageFolder {
    return new ImageFolder(root, [...paths].sort());
  }

  /**
   * The image that a name is of: the one at that path, else the only one whose path ends as the name does, longest end first.
   * @param name as annotations have it, with `/` or `\`; it may come from another machine and lead anywhere
   * @throws FoveateError `DATA_INVALID`, reason `image-missing` or `image-ambiguous`
   */
  find(name: string): string {
    return this.#find(name, this.#byName, composed);
  }

  /** As {@link find}, of a name without extension. @throws as {@link find} */
  findStem(name: string): string {
    return this.#find(name, this.#byStem, (path) => composed(stemOf(path)));
  }

  /** What the header of an image says. @param path one of `paths` @throws FoveateError `DATA_INVALID` */
  async header(path: string): Promise<ImageHeader> {
    return readImageHeader(join(this.root, path));
  }

  #find(name: string, known: ReadonlyMap<string, readonly string[]>, keyOf: (path: string) => string): string {
    const parts = composed(name)
      .split(/[/\\]+/)
      .filter((part) => part !== '' && part !== '.');
    const candidates = known.get(parts.at(-1) ?? '') ?? [];
    const ends = (count: number) => {
      const end = parts.slice(-count).join('/');
      return candidates.filter((path) => keyOf(path) === end || keyOf(path).endsWith(`/${end}`));
    };
    const exact = candidates.filter((path) => keyOf(path) === parts.join('/'));
    let matches = exact.length === 1 ? exact : [];
    for (let count = parts.length; count > 0 && matches.length === 0; count--) matches = ends(count);
    const [match, other] = matches;
    if (match === undefined) {
      throw invalid({
        what: 'There is no image of that name',
        where: this.root,
        got: JSON.stringify(name),
        reason: 'image-missing',
        advice: 'Choose the folder that the annotations speak of',
      });
    }
    if (other === undefined) return match;
    throw invalid({
      what: 'A name is of several images',
      where: this.root,
      got: `${JSON.stringify(name)}, which may be ${matches.slice(0, 3).join(' or ')}`,
      reason: 'image-ambiguous',
      advice: 'Name images by their path in the annotations, or choose the folder that holds only those meant',
    });
  }
}

/** Names that look the same: a Mac writes `ü` as two characters. */
function composed(name: string): string {
  return name.normalize('NFC');
}

/** A path without the extension of an image. */
export function stemOf(path: string): string {
  return path.replace(/\.[^./]*$/, '');
}

function add(map: Map<string, string[]>, key: string, path: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [path]);
  else list.push(path);
}
