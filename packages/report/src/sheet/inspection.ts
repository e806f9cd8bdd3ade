/** What an inspection of a data set found: the content of a contact sheet and of `foveate dataset inspect`. */
import type { DuplicateCluster, SplitName } from '@foveate/contracts';

/** Images of the same defect types. */
export interface ClassRow {
  /** Defect types joined by ` + `; `good` for none. */
  readonly types: string;
  readonly good: number;
  readonly defective: number;
  /** Listed by the source and left out later. */
  readonly leftOut: number;
  /** undefined when the samples could not be divided. */
  readonly splits: Readonly<Record<SplitName, number>> | undefined;
}

/** How often something occurs. */
export interface Tally {
  readonly value: string;
  readonly count: number;
}

/** What was left out for one reason. */
export interface Problem {
  readonly reason: string;
  readonly count: number;
  /** The first ones. */
  readonly examples: readonly { readonly path: string; readonly message: string }[];
}

/** Shares of the image that areas of interest cover, in [0, 1]. */
export interface Coverage {
  /** Images looked at: all of a small data set, a random part of a large one. */
  readonly examined: number;
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** A data set as a configuration reads, labels and divides it. */
export interface Inspection {
  readonly name: string;
  /** Id of the source. */
  readonly source: string;
  readonly usable: number;
  readonly leftOut: number;
  /** Good ones first, then by name. */
  readonly classes: readonly ClassRow[];
  /** Why the samples could not be divided. */
  readonly undivided: string | undefined;
  /** The lock that the configuration names, and how the data differs from it, if it does. */
  readonly lock?: { readonly file: string; readonly mismatch: string | null } | undefined;
  /** Width x height, the most frequent first. */
  readonly sizes: readonly Tally[];
  /** Mode and bit depth of the files, the most frequent first; empty for drawn images. */
  readonly modes: readonly Tally[];
  /** What 16-bit images hold and the values that become black and white; absent where there are none. */
  readonly depth?:
    | {
        readonly images: number;
        /** Highest sample, in [0, 65535]. */
        readonly highest: number;
        readonly range: readonly [black: number, white: number];
        readonly warning: string | undefined;
      }
    | undefined;
  /** Where areas of interest came from, the most frequent first; empty where nobody has looked or told. */
  readonly areas?: readonly Tally[];
  readonly coverage: Coverage | undefined;
  readonly duplicates: readonly DuplicateCluster[];
  /** The most frequent first. */
  readonly problems: readonly Problem[];
}

/** An image to look at. */
export interface Picture {
  readonly id: string;
  /** As in {@link ClassRow}. */
  readonly types: string;
  readonly outcome: 'good' | 'defective' | 'left out';
  readonly split: SplitName | undefined;
  /** Why it has its label or was left out. */
  readonly reason: string;
  /** Of the thumbnails, in pixels. */
  readonly width: number;
  readonly height: number;
  /** JPEG. */
  readonly image: Uint8Array;
  /** Grey PNG, 255 inside; undefined when the area of interest is all of the image. */
  readonly aoi: Uint8Array | undefined;
  /** Grey PNG, 255 inside any defect. */
  readonly defects: Uint8Array | undefined;
}
