/** What flows through the pipeline before it becomes tensors. */
import type { Mask, Raster } from './raster.js';

/** Class index of a sample: 0 = good (not defective), 1 = defective. */
export type Label = 0 | 1;

/** Class names, indexed by {@link Label}. */
export const classNames = ['good', 'defective'] as const;

/** The group of a label and attributes: `good, mark: yes`. */
export function groupName(label: Label, attributes: Sample['attributes'] = {}): string {
  const parts = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [classNames[label], ...parts.map(([name, value]) => `${name}: ${value}`)].join(', ');
}

/** Part of the data set a sample belongs to. */
export type SplitName = 'train' | 'validation' | 'test';

/** All splits, in the order reports list them. */
export const splitNames = ['train', 'validation', 'test'] as const satisfies readonly SplitName[];

/** The pixels of one defect, with its type. */
export interface DefectMask {
  /** Defect type as the source names it, for example `broken_teeth`. */
  readonly type: string;
  readonly mask: Mask;
}

/** What an image of 16 bits held, and what was made of it. */
export interface SampleDepth {
  /** Highest sample in the file, in [0, 65535]. */
  readonly highest: number;
  /** Samples that became 0 and 255. */
  readonly range: readonly [black: number, white: number];
}

/** Everything decoded that belongs to one sample; all rasters have the same width and height. */
export interface SampleImages {
  /** sRGB, 3 channels, upright (EXIF orientation applied). */
  readonly image: Raster;
  /** One mask per defect type; empty for defect-free samples and where the source has no masks. */
  readonly defects: readonly DefectMask[];
  /** The area of interest, when the source has one. */
  readonly aoi?: Mask;
  /** Of an image file of 16 bits; absent for 8 bits. */
  readonly depth?: SampleDepth;
}

/** One image of a data set as its source describes it: plain data that can be sent to a worker. Only the source reads pixels. */
export interface Sample {
  /** Unique within the data set, `/`-separated, the same on every platform. */
  readonly id: string;
  /** Defect types present; empty for a defect-free sample. */
  readonly defectTypes: readonly string[];
  /** Split prescribed by the source (a fixed test folder, say); the splitter obeys it. */
  readonly split?: SplitName;
  /** Samples of one group never end in different splits. */
  readonly group?: string;
  /**
   * What else is known of it that should not decide, by name: the camera, the shift, a mark beside the part. Images of one
   * label and the same attributes are a group whose accuracy is told.
   */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Absolute paths of the files it is made of, the image first; left out by a source that draws its images. */
  readonly files?: readonly string[];
  /** What the source needs to load the sample: plain data that it alone understands. */
  readonly ref?: unknown;
}

/** A file or sample that was left out, and why. */
export interface Skip {
  /** File path or sample id. */
  readonly path: string;
  /** Short stable reason, for example `image-truncated`, `mask-without-image`, `between-thresholds`. */
  readonly reason: string;
  /** One sentence for the user. */
  readonly message: string;
}

/** Where an area of interest came from. */
export interface AoiOrigin {
  /** `data set`, `template`, `manual`, `import`, `registration`, `network`, or the id of the plugin that gave it. */
  readonly source: string;
  /** What made it: a run, a file, an author. */
  readonly detail?: string;
  /** How sure its maker is, in [0, 1]; absent where it does not say. */
  readonly confidence?: number;
}

/** How a labeller judged one defect of a sample. */
export interface DefectVerdict {
  readonly type: string;
  /** `unknown`: nobody looked, because another defect had settled the label, or there is no mask to look at. */
  readonly side: 'inside' | 'outside' | 'between' | 'unknown';
  /** What decided: the name of the type, the place of the defect or its size; null for `unknown`. */
  readonly rule: 'type' | 'geometry' | 'area' | null;
  /** Share of its area, or of its part most inside, that lies in the area of interest; null when it was not measured. */
  readonly shareInside: number | null;
  /** Share of the image that it covers; null when it was not measured. */
  readonly area: number | null;
}

/** A sample whose label was decided from its defects and the area of interest. */
export interface LabelledSample extends Sample {
  readonly label: Label;
  /** Why this label, for example `defect 'rough' lies 97% inside the area of interest`. */
  readonly reason: string;
  /** Share of the defect's area inside the area of interest, in [0, 1]; absent when there is no defect mask. */
  readonly shareInside?: number;
  /** Where its area of interest came from; absent when that was not told. */
  readonly aoiOrigin?: AoiOrigin;
  /** One for each defect type, in the order of `defectTypes`; absent when the labeller does not say. */
  readonly verdicts?: readonly DefectVerdict[];
  /** Drawn over its image at network size, whoever prepares it; absent: nothing. */
  readonly decoy?: Decoy;
}

/**
 * A mark drawn over an image beside its area of interest: a sticker that has nothing to do with the part. Lengths are
 * shares of the shorter side of the network input.
 */
export interface Decoy {
  readonly shape: 'disc' | 'square' | 'diamond';
  /** Of the image: x as a share of its width, y of its height. */
  readonly centre: readonly [x: number, y: number];
  /** Diameter of a disc, side of a square, diagonal of a diamond. */
  readonly size: number;
  /** Red, green and blue, each in [0, 255]. */
  readonly colour: readonly [number, number, number];
  /** Share of the way from edge to centre over which the mark becomes opaque, in [0, 1]. */
  readonly softness: number;
}

/** A labelled sample with its place in the split. */
export interface AssignedSample extends LabelledSample {
  readonly split: SplitName;
}

/**
 * Decoded, resized, augmented and stacked samples, ready to be fed. Arrays may be used until the next batch is asked for:
 * then their memory is taken back, and they are empty.
 */
export interface Batch {
  readonly ids: readonly string[];
  /** NHWC, sRGB scaled to [0, 1]; length `n * height * width * 3`. */
  readonly images: Float32Array;
  /** NHW, 0 or 1; length `n * height * width`. */
  readonly aoi: Float32Array;
  /** Class index of each sample. */
  readonly labels: Int32Array;
  readonly height: number;
  readonly width: number;
}
