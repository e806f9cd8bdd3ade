/** Image files classified and explained with a finished run, by a predictor on its network. */
import { readConfig, type ConfigSetting } from '@foveate/assembly';
import { isFoveateError, fail } from '@foveate/contracts';
import type { AoiProvider, FoveateError, Mask, Raster, SampleSource } from '@foveate/contracts';
import { readImage, readImageHeader } from '@foveate/image';
import type { Heatmap, ImagePrediction, Predictor } from '@foveate/predict';
import { readRunRecord, refuseLinksOut, runFiles } from '@foveate/run-record/node';
import { RunScope } from '@foveate/stages';
import { join, resolve } from 'node:path';
import { knownArea, neededArea } from './area-finder.js';
import { explainerOf, openExplaining, openPredictorOf } from './open-predictor.js';
import { withTrainedRun } from './trained-run.js';

/** An image file, what the network says of it and where it looks. */
export interface ExplainedImage extends Pick<ImagePrediction, 'score' | 'defective'> {
  readonly file: string;
  /** Id of what made the heatmap. */
  readonly explainer: string;
  /** The image as read. */
  readonly image: Raster;
  /** At network size, >= 0, not normalised; zero everywhere when no place speaks for a defect. */
  readonly heatmap: Heatmap;
  /** The area of interest at the size of the image; absent when the run takes areas from its data set. */
  readonly aoi?: Mask;
  /** Share of the heat in the area of interest, in [0, 1]; null when the area is not known or there is no heat. */
  readonly aoiShare: number | null;
}

/** What explains, and how image files are read. */
export interface ExplainOptions {
  /** Ids of explainers, each of which explains every image in turn; without them that of the run. */
  readonly explainers?: readonly string[] | undefined;
  /** Largest accepted width x height; without it that of the run's source. */
  readonly maxPixels?: number | undefined;
  /**
   * Is told of each image that cannot be read, in its turn, and the work goes on with the others. Without it the first ends the
   * work, and all are looked at before it begins.
   */
  readonly onUnread?: ((file: string, error: FoveateError) => void) | undefined;
}

/** What {@link explainImages} works with. */
export interface ExplainSetting {
  readonly setting: ConfigSetting;
  readonly signal: AbortSignal;
  readonly options: ExplainOptions;
}

/** What `readImage` accepts unless it is told otherwise. */
const usualPixels = 1e8;

/**
 * Classifies and explains image files with the network of a run. All files are looked at first, so that a wrong name in a long
 * list costs nothing, unless `options.onUnread` takes what cannot be read; then one is in memory at a time.
 * @param onExplained is told of each file and explainer, in order, and waited for
 * @throws FoveateError `PLUGIN_UNKNOWN`, `PATH_MISSING`, `RUN_INVALID`, `DATA_INVALID` naming the file, and what `onExplained` throws
 */
export async function explainImages(
  folder: string,
  files: readonly string[],
  onExplained: (image: ExplainedImage) => void | Promise<void>,
  { setting, signal, options }: ExplainSetting,
): Promise<void> {
  await readRunRecord(folder);
  refuseLinksOut(folder);
  const config = await readConfig(join(folder, runFiles.config), [], setting);
  const scope = await RunScope.open(config, setting.registry, { signal, cacheFolder: folder });
  try {
    const { maxPixels: own } = config.data.source.options;
    const maxPixels = options.maxPixels ?? (typeof own === 'number' ? own : undefined);
    const reader = new ImageReader(await scope.services.get('source'), maxPixels);
    const provider = await scope.services.get('aoi');
    const ids = options.explainers ?? [config.explain.id];
    const explainers = await Promise.all(ids.map((id) => explainerOf(id, scope)));
    for (const file of options.onUnread === undefined ? files : []) await reader.check(file);
    const predictors: [string, Predictor][] = [];
    const keep = (id: string, predictor: Predictor) => {
      predictors.push([id, predictor]);
      scope.onClose(() => predictor.close());
    };
    if (options.explainers === undefined) keep(config.explain.id, await openPredictorOf(folder, setting, signal));
    else
      await withTrainedRun(folder, setting, signal, async (run) => {
        for (const [index, explainer] of explainers.entries())
          keep(ids[index] as string, await openExplaining(run, explainer));
      });
    const needsArea = predictors.some(([, predictor]) => predictor.needsArea);
    for (const file of files) {
      signal.throwIfAborted();
      const found = await readWithArea(file, { reader, provider, needsArea }).catch((error: unknown) => {
        if (!isUnread(error) || options.onUnread === undefined) throw error;
        options.onUnread(file, error);
      });
      if (found === undefined) continue;
      for (const [explainer, predictor] of predictors)
        await onExplained(await explained({ ...found, explainer }, predictor));
    }
  } finally {
    await scope.close();
  }
}

async function readWithArea(
  file: string,
  parts: { readonly reader: ImageReader; readonly provider: AoiProvider; readonly needsArea: boolean },
): Promise<Pick<ExplainedImage, 'file' | 'image' | 'aoi'>> {
  const image = await parts.reader.read(file);
  const find = parts.needsArea ? neededArea : knownArea;
  const aoi = await find(parts.provider, image, file, file);
  return { file, image, ...(aoi === undefined ? {} : { aoi }) };
}

async function explained(
  shown: Pick<ExplainedImage, 'file' | 'image' | 'aoi' | 'explainer'>,
  predictor: Predictor,
): Promise<ExplainedImage> {
  const { file, image, aoi } = shown;
  const frame = { id: file, image, ...(aoi === undefined ? {} : { aoi }) };
  const { score, defective, heatmap, aoiShare = null } = await predictor.predict(frame);
  if (heatmap === undefined) throw fail({ code: 'RUN_INVALID', what: 'The model gives no heatmap', where: file });
  return { ...shown, score, defective, heatmap, aoiShare };
}

/** Reads image files as the images of the data set are: what is dark in 16 bits is to be scaled the same. */
class ImageReader {
  readonly #source: Pick<SampleSource, 'readImage'>;
  readonly #maxPixels: number | undefined;

  constructor(source: Pick<SampleSource, 'readImage'>, maxPixels: number | undefined) {
    this.#source = source;
    this.#maxPixels = maxPixels;
  }

  /** Finds out cheaply whether a file is an image of a size that is accepted. */
  async check(file: string): Promise<void> {
    const header = await readImageHeader(resolve(file)).catch(() => undefined);
    // What has no header, or too many pixels, says best why when it is read.
    if (header === undefined || header.width * header.height > (this.#maxPixels ?? usualPixels)) await this.read(file);
  }

  async read(file: string): Promise<Raster> {
    const limits = this.#maxPixels === undefined ? {} : { maxPixels: this.#maxPixels };
    try {
      return await (this.#source.readImage?.(resolve(file), limits) ?? readImage(resolve(file), limits));
    } catch (error) {
      if (!isUnread(error)) throw error;
      // A lone image is in no data set that it could be taken out of.
      const advice = error.parts.reason === 'image-too-large' ? tooLarge : 'Replace the image';
      throw fail({ ...error.parts, where: file, advice, cause: error });
    }
  }
}

const tooLarge = 'Make it smaller first, or raise the limit with --max-pixels';

function isUnread(error: unknown): error is FoveateError {
  return isFoveateError(error) && (error.code === 'DATA_INVALID' || error.code === 'PATH_MISSING');
}
