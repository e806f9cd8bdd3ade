/** What the records of a journal add up to. */
import type { EntryFilter, MaskEntry, MaskKey, StoredImage } from './mask-store.js';
import type { JournalRecord, RecordedMask } from './_record.js';

/** All images, keys and revisions of a store. */
export class State {
  readonly #images = new Map<string, StoredImage>();
  readonly #revisions = new Map<string, MaskEntry[]>();

  get images(): ReadonlyMap<string, StoredImage> {
    return this.#images;
  }

  /** @returns all revisions, the oldest first */
  history({ image, kind, name }: MaskKey): readonly MaskEntry[] {
    return this.#revisions.get(textOf(image, kind, name.normalize('NFC'))) ?? [];
  }

  /** Newest revisions. */
  *entries(filter: EntryFilter = {}): Generator<MaskEntry> {
    for (const revisions of this.#revisions.values()) {
      const entry = revisions.at(-1);
      if (entry !== undefined && isMeant(entry, filter)) yield entry;
    }
  }

  /** Every revision of every key. */
  *allRevisions(): Generator<MaskEntry> {
    for (const revisions of this.#revisions.values()) yield* revisions;
  }

  /** @returns what of the record contradicts what came before; undefined when nothing does */
  fault(record: JournalRecord): string | undefined {
    switch (record.op) {
      case 'put':
        return this.#faultOfImage(record.image) ?? faultOfMasks(record);
      case 'see':
        return record.images.map((image) => this.#faultOfImage(image)).find((fault) => fault !== undefined);
      case 'status':
        return record.keys.map((key) => this.#faultOfKey(key)).find((fault) => fault !== undefined);
      case 'revert': {
        const { length } = this.history(record.key);
        if (record.revision <= length) return this.#faultOfKey(record.key);
        return this.#faultOfKey(record.key) ?? `revision ${String(record.revision)} of ${String(length)}`;
      }
    }
  }

  /** @param record without a fault @returns the revisions that it added, in its order */
  apply(record: JournalRecord): readonly MaskEntry[] {
    const { time } = record;
    switch (record.op) {
      case 'see':
        for (const image of record.images) this.#images.set(image.hash, image);
        return [];
      case 'put':
        this.#images.set(record.image.hash, record.image);
        return record.masks.map((mask) => this.#add({ image: record.image.hash, ...mask, time, change: 'put' }));
      case 'status': {
        const { to: status, by } = record;
        return record.keys.map((key) => {
          const last = this.history(key).at(-1) as MaskEntry;
          return this.#add({ ...recorded(last), status, time, change: 'status', ...(by === undefined ? {} : { by }) });
        });
      }
      case 'revert': {
        const { revision: restores, by } = record;
        const before = this.history(record.key)[restores - 1] as MaskEntry;
        return [
          this.#add({ ...recorded(before), time, change: 'revert', restores, ...(by === undefined ? {} : { by }) }),
        ];
      }
    }
  }

  #add(entry: Omit<MaskEntry, 'revision'>): MaskEntry {
    const key = textOf(entry.image, entry.kind, entry.name);
    const revisions = this.#revisions.get(key) ?? [];
    if (revisions.length === 0) this.#revisions.set(key, revisions);
    const added = { ...entry, revision: revisions.length + 1 };
    revisions.push(added);
    return added;
  }

  #faultOfImage({ hash, width, height }: StoredImage): string | undefined {
    const known = this.#images.get(hash);
    if (known === undefined || (known.width === width && known.height === height)) return undefined;
    return `${String(width)}x${String(height)} for image ${hash}, which has ${String(known.width)}x${String(known.height)}`;
  }

  #faultOfKey(key: MaskKey): string | undefined {
    if (this.history(key).length > 0) return undefined;
    return `no ${key.kind} '${key.name}' of image ${key.image}`;
  }
}

/** What a revision hands on to one that is made of it. */
function recorded({ image, kind, name, status, provenance, pixels, inside }: MaskEntry): RecordedMask & MaskKey {
  return { image, kind, name, status, provenance, pixels, inside };
}

function faultOfMasks({ image, masks }: Extract<JournalRecord, { op: 'put' }>): string | undefined {
  const keys = new Set(masks.map(({ kind, name }) => textOf(image.hash, kind, name)));
  if (keys.size < masks.length) return 'the same kind and name twice';
  const pixels = image.width * image.height;
  const large = masks.find(({ inside }) => inside > pixels);
  return large === undefined ? undefined : `${String(large.inside)} pixels inside an image of ${String(pixels)}`;
}

/** A key as text that no other key has: names hold no slash. */
function textOf(image: string, kind: string, name: string): string {
  return `${image}/${kind}/${name}`;
}

function isMeant(entry: MaskEntry, { image, kind, name, status, source, author }: EntryFilter): boolean {
  return (
    (image === undefined || entry.image === image) &&
    (kind === undefined || entry.kind === kind) &&
    (name === undefined || entry.name === name.normalize('NFC')) &&
    (status === undefined || entry.status === status) &&
    (source === undefined || entry.provenance.source === source) &&
    (author === undefined || entry.provenance.author === author)
  );
}
