/** What all sources of image files share. */
import { resolve, sep } from 'node:path';
import type { PluginContext, Sample, SampleImages, SampleSource, SourceItem } from '@foveate/contracts';
import { readImage } from '@foveate/image';
import { Disk } from './_disk.js';
import { groupBy } from './_group.js';
import { limited } from './_limited.js';
import { fileLoader } from './_load.js';
import type { SharedOptions } from './_options.js';

/** What holds for all samples of a data set while it is scanned. */
export interface Layout {
  /** Absolute. */
  readonly root: string;
  /** The root with a separator at its end: what all paths begin with. */
  readonly prefix: string;
  /** True: a defective image without its mask is left out. */
  readonly requireMasks: boolean;
  readonly links: SharedOptions['links'];
  readonly maskThreshold: number;
  readonly maxPixels: number;
  /** Values of 16-bit images that become black and white. */
  readonly valueRange: SharedOptions['valueRange'];
  /** How paths below the root are spelled. */
  readonly disk: Disk;
  /** The group of a sample, by its id. */
  readonly groupOf: (id: string) => string | undefined;
}

/**
 * A source whose samples are files below `root`.
 * @param root relative to the folder of the configuration
 * @param scan samples of the data set and what it leaves out
 * @param loader makes what decodes them; by default of samples made by `fileSample`
 */
export function fileSource(
  options: SharedOptions,
  root: readonly string[],
  context: PluginContext,
  scan: (layout: Layout) => AsyncIterable<SourceItem>,
  loader: (layout: Layout) => (sample: Sample) => Promise<SampleImages> = fileLoader,
): SampleSource {
  const folder = resolve(context.baseFolder, ...root);
  const layout: Layout = {
    root: folder,
    prefix: folder.endsWith(sep) ? folder : folder + sep,
    requireMasks: options.requireMasks,
    links: options.links,
    maskThreshold: options.maskThreshold,
    maxPixels: options.maxPixels,
    valueRange: options.valueRange,
    disk: new Disk(folder),
    groupOf: options.group === undefined ? () => undefined : groupBy(options.group),
  };
  return {
    scan: () => limited(scan(layout), options.limit, context.seed),
    load: loader(layout),
    readImage: (path, limits) => readImage(path, { ...layout, ...limits }),
  };
}
