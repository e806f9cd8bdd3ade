export { formatOf, formats } from './formats/formats.js';
export type { Format, LegendEntry, PngLayout, ReadOptions, WriteOptions, Written } from './formats/format.js';
export { joinedRing, polygonsOf } from './geometry/outline.js';
export { drawShape, rasterise } from './geometry/rasterise.js';
export { toStored, toUpright } from './geometry/orient.js';
export { readLegendFile } from './files/legend.js';
export { guessFormat } from './guess-format.js';
export { ImageFolder } from './files/image-folder.js';
export { masksOf } from './masks-of.js';
export type {
  AnnotatedImage,
  AnnotatedObject,
  Ellipse,
  MaskedImage,
  Orientation,
  Polygons,
  Report,
  Ring,
  Runs,
  Shape,
} from './model.js';
export { formatCocoRuns, parseCocoRuns } from './run-lengths/coco-text.js';
export { drawRuns, runsOf } from './run-lengths/draw-runs.js';
export { formatBrushRuns, parseBrushRuns } from './run-lengths/label-studio-runs.js';
