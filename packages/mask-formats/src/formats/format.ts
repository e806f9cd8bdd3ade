/** What a format can do. */
import type { AnnotatedImage, MaskedImage, Orientation, Report } from '../model.js';
import type { ImageFolder } from '../files/image-folder.js';

/** A label and how pixels say it. */
export interface LegendEntry {
  readonly label: string;
  /** Red, green and blue, 0 to 255. */
  readonly colour?: readonly [red: number, green: number, blue: number];
  /** Value of the pixel, 1 to 255; 0 is the background. */
  readonly index?: number;
}

/** Options of readers; each format says which it knows. */
export interface ReadOptions {
  /** Images that the annotations are of: what has no sizes, or names images by their stem, needs them. */
  readonly images?: ImageFolder;
  /** Which pixels coordinates count. Default: what the format's own tool does. */
  readonly orientation?: Orientation;
  /** Is told what is left out. Default: nobody. */
  readonly report?: Report;
  /** `png`: which colours or values are which labels. Default: `legend.json` of the folder. */
  readonly legend?: readonly LegendEntry[];
  /** `png`: difference of a channel up to which a colour still is that of the legend, 0 to 255. Default 0. */
  readonly tolerance?: number;
  /** `via`: attribute of a region that holds its label. Default: the only one, or `label`, `class`, `name` or `type`. */
  readonly attribute?: string;
}

/** How `png` lays masks out: a folder of binary masks for each label, or one file for an image. */
export type PngLayout = 'binary' | 'index' | 'colour';

/** Options of writers; each format says which it knows. */
export interface WriteOptions {
  /** Which pixels coordinates count. Default: what the format's own tool does. */
  readonly orientation?: Orientation;
  /** Is told what the format cannot hold. Default: nobody. */
  readonly report?: Report;
  /** `png`. Default `binary`. */
  readonly layout?: PngLayout;
  /** `png`: colours and values of labels. Default: in order of appearance. */
  readonly legend?: readonly LegendEntry[];
  /** Pixels by which polygons may be off, for fewer corners; masks are not the same then. Default 0. */
  readonly simplify?: number;
  /** `coco`: outlines where there are no holes and compressed run lengths else, or one form for all. Default `polygons`. */
  readonly segmentation?: 'polygons' | 'runs' | 'compressed';
}

/** What has been written. */
export interface Written {
  readonly images: number;
  readonly objects: number;
}

/** Reads and writes annotations of one kind. */
export interface Format {
  readonly id: string;
  readonly title: string;
  /** What `path` is. */
  readonly target: 'file' | 'folder' | 'file or folder';
  /** What its tool does where nothing else is asked for. */
  readonly orientation: Orientation;
  /** Whether reading needs `images`. */
  readonly needsImages: boolean;
  /**
   * Reads image by image; memory is needed for the objects of one.
   * @throws FoveateError `PATH_MISSING`, or `DATA_INVALID` with file and position when nothing can be made of the file. What is
   * wrong with one image or object is reported, and it is left out
   */
  read(path: string, options?: ReadOptions): AsyncIterable<AnnotatedImage>;
  /**
   * Writes what comes, image by image. Files appear complete or not at all.
   * @throws FoveateError `OUTPUT_UNWRITABLE`, or `DATA_INVALID` when names collide or lead out of the folder
   */
  write(
    path: string,
    images: AsyncIterable<MaskedImage> | Iterable<MaskedImage>,
    options?: WriteOptions,
  ): Promise<Written>;
}
