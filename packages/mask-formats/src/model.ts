/** What annotation files hold, in one form for all formats. */
import type { Mask, Skip } from '@foveate/contracts';
import type { Point } from '@foveate/image';

/**
 * Which pixels coordinates count: those of the image as it is looked at (`upright`, EXIF orientation applied) or as the file
 * stores them (`stored`). They differ in images of cameras that were turned.
 */
export type Orientation = 'upright' | 'stored';

/** A closed line in pixels: x to the right, y down, (0, 0) the outer corner of the top left pixel. The last point joins the first. */
export type Ring = readonly Point[];

/** Parts that are united; within each part a pixel is inside when its centre lies in an odd number of rings. */
export interface Polygons {
  readonly kind: 'polygons';
  readonly parts: readonly (readonly Ring[])[];
}

/** A filled ellipse: a pixel is inside when its centre is at most on the line. */
export interface Ellipse {
  readonly kind: 'ellipse';
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  /** Degrees, clockwise as seen. */
  readonly angle: number;
}

/** Pixels of a box as run lengths: outside and inside in turn, the first outside. They fill the box. */
export interface Runs {
  readonly kind: 'runs';
  /** Whole pixels. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Row by row, or column by column as in COCO. */
  readonly by: 'row' | 'column';
  readonly lengths: readonly number[];
}

/** What an object covers; see {@link rasterise}. */
export type Shape = Polygons | Ellipse | Runs;

/** Something that is marked on an image. */
export interface AnnotatedObject {
  readonly label: string;
  readonly shape: Shape;
}

/** An image and what is marked on it. */
export interface AnnotatedImage {
  /** The image's name as the annotations have it; not to be used as a path, see `ImageFolder`. */
  readonly file: string;
  /** Size in pixels that the coordinates are of, counted as `orientation` says. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly objects: readonly AnnotatedObject[];
  /** Where it is written: file, and position, line or key within it. */
  readonly where: string;
}

/** An image and the masks that are to be written for it. */
export interface MaskedImage {
  /** Path relative to the folder of images, `/`-separated. */
  readonly file: string;
  /** Size upright, in pixels. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation of the file, 1 to 8. Default 1. */
  readonly exif?: number;
  /** Masks of the upright image. Those of one label are united where the format has no objects. */
  readonly masks: readonly { readonly label: string; readonly mask: Mask }[];
}

/** Is told what is left out, and what is doubtful. `path` names file and position, line or key. */
export type Report = (skip: Skip) => void;
