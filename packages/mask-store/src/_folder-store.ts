/** A mask store in a folder of this machine. */
import { join } from 'node:path';
import { fail, type FoveateError, type Mask } from '@foveate/contracts';
import { insideStore } from './_inside-store.js';
import { Journal } from './_journal.js';
import { mostAtOnce } from './_limits.js';
import type { EntryFilter, MaskEntry, MaskKey, MaskStatus, MaskStore, NewMask, StoredImage } from './mask-store.js';
import { encode, readPixels, writePixels, type Encoded } from './_pixels.js';
import { faultOfRecord, type JournalRecord } from './_record.js';
import { State } from './_state.js';
import type { StoreSettings } from './_store-file.js';
import { takeTurn } from './_turn.js';

/** Name of the journal in the folder of a store. */
export const journalFile = 'journal.jsonl';
/** Name of the folder of turns in that of a store. */
export const turnsFolder = 'turns';

/** A new mask that is a PNG file already. */
export type EncodedMask = Omit<NewMask, 'mask'> & { readonly encoded: Encoded };

/** The one kind of store there is. */
export class FolderStore implements MaskStore {
  readonly folder: string;
  readonly imageRoot: string;
  readonly ignore: readonly string[];
  readonly journal: Journal;
  #state = new State();
  /** Work on the journal, one after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(folder: string, { imageRoot, ignore }: StoreSettings) {
    this.folder = folder;
    this.imageRoot = imageRoot;
    this.ignore = ignore;
    this.journal = new Journal(join(folder, journalFile));
  }

  images(): Iterable<StoredImage> {
    return this.#state.images.values();
  }

  image(hash: string): StoredImage | undefined {
    return this.#state.images.get(hash);
  }

  entries(filter?: EntryFilter): Iterable<MaskEntry> {
    return this.#state.entries(filter);
  }

  allRevisions(): Iterable<MaskEntry> {
    return this.#state.allRevisions();
  }

  find(key: MaskKey): MaskEntry | undefined {
    return this.#state.history(key).at(-1);
  }

  history(key: MaskKey): readonly MaskEntry[] {
    return [...this.#state.history(key)];
  }

  async read({ image: hash, pixels }: MaskEntry): Promise<Mask> {
    const image = this.image(hash);
    if (image === undefined) throw this.#refused(`no image ${hash}`);
    return readPixels(this.folder, pixels, image.width, image.height);
  }

  put(
    image: StoredImage,
    masks: readonly NewMask[],
    { keepAccepted = false }: { readonly keepAccepted?: boolean } = {},
  ): Promise<readonly MaskEntry[]> {
    if (masks.length > mostAtOnce) return Promise.reject(this.#refused(`${String(masks.length)} masks at once`));
    return this.#append(async () => {
      const encoded: EncodedMask[] = [];
      for (const { mask, ...rest } of masks) {
        const where = `${image.path || image.hash}, ${rest.kind} '${rest.name}'`;
        encoded.push({ ...rest, encoded: await encode(mask, image.width, image.height, where) });
      }
      return this.#written(image, encoded);
    }, keepAccepted);
  }

  /** As {@link FolderStore.put}, of masks that are PNG files already. */
  putEncoded(image: StoredImage, masks: readonly EncodedMask[]): Promise<readonly MaskEntry[]> {
    return this.#append(() => this.#written(image, masks));
  }

  /** The record of masks whose pixels are on the disk: what is in the journal is there. */
  async #written(image: StoredImage, masks: readonly EncodedMask[]): Promise<JournalRecord> {
    const recorded = masks.map(({ encoded: { hash: pixels, inside }, name, kind, status, provenance }) => {
      return { kind, name: name.normalize('NFC'), status, provenance, pixels, inside };
    });
    const record = this.#checked({ op: 'put', time: now(), image, masks: recorded });
    for (const { encoded } of masks) await writePixels(this.folder, encoded);
    return record;
  }

  async setStatus(key: MaskKey, status: MaskStatus, by?: string): Promise<MaskEntry> {
    const [entry] = await this.setStatuses([key], status, by);
    return entry as MaskEntry;
  }

  async setStatuses(keys: readonly MaskKey[], status: MaskStatus, by?: string): Promise<readonly MaskEntry[]> {
    const done: MaskEntry[] = [];
    for (let from = 0; from < keys.length; from += mostAtOnce) {
      const some = keys.slice(from, from + mostAtOnce).map(plainKey);
      const record = {
        op: 'status',
        time: now(),
        to: status,
        ...(by === undefined ? {} : { by }),
        keys: some,
      } as const;
      done.push(...(await this.#append(() => this.#checked(record))));
    }
    return done;
  }

  async revert(key: MaskKey, revision: number, by?: string): Promise<MaskEntry> {
    const who = by === undefined ? {} : { by };
    const record = this.#checked({ op: 'revert', time: now(), key: plainKey(key), revision, ...who });
    const [entry] = await this.#append(() => record);
    return entry as MaskEntry;
  }

  async see(images: readonly StoredImage[]): Promise<void> {
    await this.#append(() => this.#checked({ op: 'see', time: now(), images: [...images] }));
  }

  async refresh(): Promise<void> {
    await this.readOn();
  }

  /** As {@link FolderStore.refresh}. @returns bytes of an unfinished line at the end of the journal */
  readOn(): Promise<number> {
    return this.#inTurn(() => this.journal.readOn(this.#reader, this.#fresh));
  }

  /** @param make is called at once: what it takes goes on while earlier calls, before which no line is written, wait for the disk */
  #append(make: () => JournalRecord | Promise<JournalRecord>, keepAccepted = false): Promise<readonly MaskEntry[]> {
    const making = Promise.resolve().then(make);
    // It may fail before its turn, where it is waited for.
    making.catch(() => undefined);
    return this.#inTurn(async () => {
      const made = await making;
      const turn = await takeTurn(insideStore(this.folder, turnsFolder));
      try {
        return await this.journal.append(this.#reader, this.#fresh, async () => {
          const record = keepAccepted ? this.#withoutAccepted(made) : made;
          const fault = this.#state.fault(record);
          if (fault !== undefined) throw this.#refused(fault);
          await turn.check();
          return record;
        });
      } finally {
        await turn.end();
      }
    });
  }

  /** The record without masks that are accepted by now. */
  #withoutAccepted(record: JournalRecord): JournalRecord {
    if (record.op !== 'put') return record;
    const { image, time } = record;
    const masks = record.masks.filter(
      ({ kind, name }) => this.find({ image: image.hash, kind, name })?.status !== 'accepted',
    );
    return masks.length > 0 ? { ...record, masks } : { op: 'see', time, images: [image] };
  }

  readonly #reader = (): State => this.#state;
  readonly #fresh = (): State => (this.#state = new State());

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #checked(record: JournalRecord): JournalRecord {
    const fault = faultOfRecord(record);
    if (fault === undefined) return record;
    throw this.#refused(fault);
  }

  #refused(got: string): FoveateError {
    return fail({
      code: 'DATA_INVALID',
      what: 'The mask store cannot keep this',
      where: this.folder,
      got,
      reason: 'store-refused',
    });
  }
}

function now(): string {
  return new Date().toISOString();
}

function plainKey({ image, kind, name }: MaskKey): MaskKey {
  return { image, kind, name: name.normalize('NFC') };
}
