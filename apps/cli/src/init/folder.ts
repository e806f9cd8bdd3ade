/** A look at a folder: names only, nothing is decoded. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

const imageName = /\.(png|jpe?g|bmp|tiff?|webp)$/i;

/** A folder and, once asked for, what lies in it, in alphabetical order. Files and folders whose names start with a dot are left out. */
export class Folder {
  readonly path: string;
  #entries: Promise<{ readonly files: readonly string[]; readonly folders: readonly string[] }> | undefined;
  readonly #below = new Map<string, Folder>();

  constructor(path: string) {
    this.path = path;
  }

  get name(): string {
    return basename(this.path);
  }

  /** Names of its files. @throws the system's error when it cannot be read */
  async files(): Promise<readonly string[]> {
    return (await this.#list()).files;
  }

  /** Names of its image files, masks among them. */
  async images(): Promise<readonly string[]> {
    return (await this.files()).filter((name) => imageName.test(name));
  }

  /** Names of the folders in it. */
  async folders(): Promise<readonly string[]> {
    return (await this.#list()).folders;
  }

  /** The folders in it. */
  async children(): Promise<readonly Folder[]> {
    return (await this.folders()).map((name) => this.#child(name));
  }

  /** The folder at a relative path with `/` between names; undefined when there is none. */
  async at(path: string): Promise<Folder | undefined> {
    const [first = '', ...rest] = path.split('/');
    if (!(await this.folders()).includes(first)) return undefined;
    const child = this.#child(first);
    return rest.length === 0 ? child : child.at(rest.join('/'));
  }

  #child(name: string): Folder {
    const child = this.#below.get(name) ?? new Folder(join(this.path, name));
    this.#below.set(name, child);
    return child;
  }

  #list() {
    this.#entries ??= readdir(this.path, { withFileTypes: true }).then((entries) => {
      const seen = entries.filter(({ name }) => !/^[.~]|^__MACOSX$/.test(name));
      const names = (of: typeof seen): string[] => of.map(({ name }) => name).sort();
      return {
        folders: names(seen.filter((entry) => entry.isDirectory())),
        // Links are followed by sources, within the root.
        files: names(seen.filter((entry) => !entry.isDirectory())),
      };
    });
    return this.#entries;
  }
}

/** Words that name what has no defect, in folders and lists. */
const goodWords = ['good', 'ok', 'okay', 'normal', 'io', 'gut', 'pass', 'passed', 'clean', 'free', 'nodefect', 'nondefective', 'defectfree', 'negative', 'none', 'sound']; // prettier-ignore

/** Whether a name says that there is no defect: `good`, `OK`, `no_defect`, `MT_Free`. */
export function meansGood(name: string): boolean {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  return goodWords.some((word) => words.join('') === word || words.includes(word)) && !words.includes('not');
}
