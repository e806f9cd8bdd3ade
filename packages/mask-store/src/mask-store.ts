/** What a mask store keeps, and what can be asked of it. */
import type { Mask } from '@foveate/contracts';

/** What a mask marks: an area of interest, or a defect. */
export type MaskKind = 'area' | 'defect';

/** What people have said of a mask: nothing yet, that it is right, or that it is wrong. */
export type MaskStatus = 'proposed' | 'accepted' | 'rejected';

/** What made a mask. */
export type MaskSource = 'manual' | 'template' | 'registration' | 'network' | 'import';

/** An image that has masks. It is known by its content: one that is renamed or moved stays the same image. */
export interface StoredImage {
  /** SHA-256 of the file's bytes, hexadecimal; of its pixels where it is drawn and has no file. */
  readonly hash: string;
  /** Upright, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Where it was last seen, relative to the store's image root, `/`-separated; empty where there is no file. */
  readonly path: string;
}

/** One mask of an image; all its revisions share it. */
export interface MaskKey {
  /** Hash of the image. */
  readonly image: string;
  readonly kind: MaskKind;
  /** Name of the area, or the type of defect. */
  readonly name: string;
}

/** Where the pixels of a mask came from. */
export interface Provenance {
  readonly source: MaskSource;
  /** Which run, file or template. */
  readonly detail?: string;
  readonly author?: string;
  /** In [0, 1]. */
  readonly confidence?: number;
}

/** One revision of a mask. */
export interface MaskEntry extends MaskKey {
  /** Counted from 1 for each key. */
  readonly revision: number;
  readonly status: MaskStatus;
  readonly provenance: Provenance;
  /** When it was written, ISO 8601. */
  readonly time: string;
  /** SHA-256 of the PNG file of its pixels, hexadecimal. */
  readonly pixels: string;
  /** Number of pixels inside. */
  readonly inside: number;
  /** What made this revision: new pixels, another status, or the return of an earlier revision. */
  readonly change: 'put' | 'status' | 'revert';
  /** Who set the status or reverted. */
  readonly by?: string;
  /** The revision that was returned to, of a revert. */
  readonly restores?: number;
}

/** A mask to be put into a store. */
export interface NewMask {
  readonly kind: MaskKind;
  /** 1 to 100 characters that may stand in a file name. */
  readonly name: string;
  /** Of the size of the image. */
  readonly mask: Mask;
  readonly status: MaskStatus;
  readonly provenance: Provenance;
}

/** Which entries are meant: those that agree in all that is given. */
export interface EntryFilter {
  readonly image?: string;
  readonly kind?: MaskKind;
  readonly name?: string;
  readonly status?: MaskStatus;
  readonly source?: MaskSource;
  readonly author?: string;
}

/**
 * The masks of a data set, in a folder. Several processes may write into it at once; each sees what the others wrote when it
 * writes itself or calls {@link MaskStore.refresh}. Whatever a call has returned from is on the disk. Calls that write throw
 * FoveateError `RUN_LOCKED` when other processes leave no turn for half a minute, `OUTPUT_UNWRITABLE` when the disk is full
 * or read-only (nothing has changed then), and `DATA_INVALID` for what no store can keep.
 */
export interface MaskStore {
  readonly folder: string;
  /** Absolute path of the folder that the paths of images begin from. */
  readonly imageRoot: string;
  /** Globs of files below the image root that are no images of the data set. */
  readonly ignore: readonly string[];
  /** In the order in which they were first seen. */
  images(): Iterable<StoredImage>;
  /** @param hash of the image */
  image(hash: string): StoredImage | undefined;
  /** The newest revision of each key, in the order in which keys were first put. */
  entries(filter?: EntryFilter): Iterable<MaskEntry>;
  /** The newest revision. */
  find(key: MaskKey): MaskEntry | undefined;
  /** All revisions, the oldest first; empty for a key that is not there. */
  history(key: MaskKey): readonly MaskEntry[];
  /** The pixels of any revision. @throws FoveateError `DATA_INVALID` when its file is missing or damaged */
  read(entry: MaskEntry): Promise<Mask>;
  /**
   * Adds a revision for each mask, of all or of none. At most {@link mostAtOnce}.
   * @param options.keepAccepted true: where a mask is accepted when its turn has come, whoever accepted it, nothing is added
   * @returns what was added, in the order given
   */
  put(
    image: StoredImage,
    masks: readonly NewMask[],
    options?: { readonly keepAccepted?: boolean },
  ): Promise<readonly MaskEntry[]>;
  /** Adds a revision with another status. @param by who says so */
  setStatus(key: MaskKey, status: MaskStatus, by?: string): Promise<MaskEntry>;
  /** The same for many masks, in steps of 1000 of which each is done in full or not at all. */
  setStatuses(keys: readonly MaskKey[], status: MaskStatus, by?: string): Promise<readonly MaskEntry[]>;
  /** Adds a revision with pixels, status and provenance of an earlier one. Nothing is taken away. */
  revert(key: MaskKey, revision: number, by?: string): Promise<MaskEntry>;
  /** Notes where images lie now; those without masks are noted too. At most 1000 at once. */
  see(images: readonly StoredImage[]): Promise<void>;
  /** Reads what other processes have written meanwhile. @throws FoveateError `DATA_INVALID` naming a damaged line */
  refresh(): Promise<void>;
}
