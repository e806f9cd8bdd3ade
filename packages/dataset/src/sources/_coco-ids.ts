/** Ids in annotation files: numbers to most tools, texts to some. */
import { fail } from '@foveate/contracts';

/** An object of the file. */
export type Entry = Readonly<Record<string, unknown>>;

/** An id or a name as text, so that 1 and "1" are the same; undefined for what is none. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.normalize('NFC');
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Entries by id. */
export class Lookup<T> {
  readonly #noun: string;
  readonly #path: string;
  readonly #entries = new Map<string, { readonly place: string; readonly value: T }>();

  /** @param noun what the entries are, for messages */
  constructor(noun: string, path: string) {
    this.#noun = noun;
    this.#path = path;
  }

  /** @throws FoveateError `DATA_INVALID` naming both places where they differ: what refers to the id could mean either */
  add(id: string, place: string, value: T): void {
    const other = this.#entries.get(id);
    if (other?.value === value) return;
    if (other !== undefined) {
      throw fail({
        code: 'DATA_INVALID',
        what: `Two entries have the same ${this.#noun} id`,
        where: `${this.#path} ${place}`,
        got: `id ${id}, as ${other.place}`,
        advice: 'Number them anew: files that were joined by hand must not share ids. Or list them one by one under annotations', // prettier-ignore
      });
    }
    this.#entries.set(id, { place, value });
  }

  /** @param id as the file has it */
  get(id: unknown): T | undefined {
    const text = textOf(id);
    return text === undefined ? undefined : this.#entries.get(text)?.value;
  }

  *values(): Generator<T> {
    for (const { value } of this.#entries.values()) yield value;
  }
}
