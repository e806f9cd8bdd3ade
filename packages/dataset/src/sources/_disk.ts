/**
 * How the disk spells the paths of a list. Names that look the same may differ: a Mac writes `ü` as two characters, and
 * Windows does not mind capitals.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { folded } from '../_type-names.js';

/** Names that are remembered, over all folders. */
const mostNames = 2_000_000;

/** The names in a folder. */
class Names {
  readonly #exact: ReadonlySet<string>;
  /** Names by what their spellings have in common; made when a name is not there. */
  #alike: Map<string, string | readonly string[]> | undefined;

  constructor(names: readonly string[]) {
    this.#exact = new Set(names);
  }

  get size(): number {
    return this.#exact.size;
  }

  has(name: string): boolean {
    return this.#exact.has(name);
  }

  /** The one name that is the same but for its form of Unicode, or else but for capitals; undefined when there is none. */
  like(name: string): string | undefined {
    if (this.#alike === undefined) {
      this.#alike = new Map();
      for (const one of this.#exact) {
        const [key, others] = [folded(one), this.#alike.get(folded(one))];
        // Nearly always there is one: a list for each would take several times the memory.
        this.#alike.set(key, others === undefined ? one : [others, one].flat());
      }
    }
    const alike = [this.#alike.get(folded(name)) ?? []].flat();
    const same = alike.filter((one) => one.normalize('NFC') === name.normalize('NFC'));
    return same.length === 1 ? same[0] : alike.length === 1 ? alike[0] : undefined;
  }
}

/** Paths below a root, which are `/`-separated and relative to it. */
export class Disk {
  readonly #root: string;
  readonly #folders = new Map<string, string>();
  readonly #names = new Map<string, Names>();
  #held = 0;

  /** @param root absolute */
  constructor(root: string) {
    this.#root = root;
  }

  /** The path as it stands on the disk; where nothing there is like it, or more than one is, the path as given. */
  async spelled(path: string): Promise<string> {
    const slash = path.lastIndexOf('/');
    const given = slash < 0 ? '' : path.slice(0, slash);
    const folder = given === '' ? '' : (this.#folders.get(given) ?? (await this.#spelledFolder(given)));
    const names = this.#names.get(folder) ?? (await this.#read(folder));
    const name = path.slice(slash + 1);
    if (name === '.' || name === '') return path;
    const there = names.has(name) ? name : (names.like(name) ?? name);
    return folder === '' ? there : `${folder}/${there}`;
  }

  async #spelledFolder(given: string): Promise<string> {
    const folder = await this.spelled(given);
    this.#folders.set(given, folder);
    return folder;
  }

  async #read(folder: string): Promise<Names> {
    // What cannot be read has no names; whoever reads the file has an error that says so.
    const names = new Names(await readdir(join(this.#root, folder)).catch(() => []));
    for (const [oldest, { size }] of this.#names) {
      if (this.#held + names.size <= mostNames) break;
      this.#names.delete(oldest);
      this.#held -= size;
    }
    this.#held += names.size;
    this.#names.set(folder, names);
    return names;
  }
}
