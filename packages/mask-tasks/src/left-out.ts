/** What tasks over masks leave out, and why. */
import { isFoveateError, type FoveateError, type Skip } from '@foveate/contracts';

/** What was left out. */
export interface LeftOut {
  /** Number by reason, in order of appearance. */
  readonly counts: Readonly<Record<string, number>>;
  /** Each with file and position; of more than 100,000 the first. */
  readonly list: readonly Skip[];
}

/** Entries that are kept at most: a hostile file could fill the memory with them. */
const mostListed = 100_000;

/** Characters of a text at most: names in annotation files may be of any length. */
const longestText = 600;

/** Could change what a terminal shows, or in which order. */
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Gathers what is left out. */
export class LeftOuts implements LeftOut {
  readonly #counts = new Map<string, number>();
  readonly list: Skip[] = [];

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Texts are made fit to be printed. */
  add({ path, reason, message }: Skip): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    if (this.list.length >= mostListed) return;
    this.list.push({ path: printable(path), reason, message: printable(message) });
  }

  /** As plain data. */
  toJSON(): LeftOut {
    return { counts: this.counts, list: this.list };
  }
}

/** Whether an error is of one image alone, which is left out then; one of the store, or of the disk, ends the work. */
export function isOfOneImage(error: unknown): error is FoveateError {
  if (!isFoveateError(error)) return false;
  const { code, parts } = error;
  const isOfStore = parts.reason?.startsWith('store-') === true && parts.reason !== 'store-refused';
  return (code === 'DATA_INVALID' || code === 'PATH_MISSING') && !isOfStore;
}

/** A text of a stranger's file without control characters, not too long. */
export function printable(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  return short.replace(control, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
