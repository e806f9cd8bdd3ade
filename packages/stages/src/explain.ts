/** Explain: heatmaps of chosen images, written as the pictures a report shows. */
import { join } from 'node:path';
import { fail, groupName, random } from '@foveate/contracts';
import { makeFolder } from '@foveate/contracts/node';
import type { AssignedSample, Batch, Explanation, HostTensors, Raster } from '@foveate/contracts';
import { writePng } from '@foveate/image';
import { evaluate } from '@foveate/trainer';
import type { EvaluateOptions, ExplainedSample } from '@foveate/trainer';
import { runFiles } from '@foveate/run-record/node';
import type { OperatorFunction } from 'rxjs';
import { evaluationBatches, type BatchStage } from './data/batches.js';
import type { RunScope } from './run-scope.js';
import { onTrained, type TrainedModel } from './train.js';
import { groupBy } from './group-by.js';

/** What predictions and heatmaps are made with. */
export interface Evaluator extends Pick<
  EvaluateOptions,
  'engine' | 'model' | 'loss' | 'explainer' | 'trunk' | 'temperature'
> {
  readonly variables: HostTensors;
  readonly signal: AbortSignal;
}

/** The items of all lists, one of each in turn. */
function inTurn<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const turns = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: turns }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat();
}

/**
 * Test images worth looking at: defective ones and good ones whose defect lies outside the area of interest in turn,
 * then defect-free ones; of each kind, those of different attributes in turn. The choice depends on the ids alone, so
 * that runs on the same split show the same images.
 */
export function chooseExplained(samples: BatchStage['samples'], count: number): BatchStage['samples'] {
  const test = random(0, 'explained').shuffle(
    samples.filter(({ sample }) => sample.split === 'test').toSorted((a, b) => (a.sample.id < b.sample.id ? -1 : 1)),
  );
  const those = (wanted: (sample: AssignedSample) => boolean) => {
    const groups = groupBy(
      test.filter(({ sample }) => wanted(sample)),
      ({ sample }) => groupName(sample.label, sample.attributes),
    );
    return inTurn([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members));
  };
  const guided = inTurn([
    those(({ label }) => label === 1),
    those(({ label, defectTypes }) => label === 0 && defectTypes.length > 0),
  ]);
  const clean = those(({ label, defectTypes }) => label === 0 && defectTypes.length === 0);
  // One image in four is defect-free, if there are that many.
  const reserved = Math.min(clean.length, Math.floor(count / 4));
  const shown = guided.slice(0, count - reserved);
  return [...shown, ...clean.slice(0, count - shown.length)];
}

/** Bytes of values in [0, `top`]. */
function bytes(values: Float32Array, top: number): Uint8Array {
  return Uint8Array.from(values, (value) => (top > 0 ? Math.round((value / top) * 255) : 0));
}

/** The pictures of an explained sample; the heatmap's hottest value is 255. */
export function rastersOf(sample: ExplainedSample): Record<'image' | 'aoi' | 'heatmap', Raster> {
  const { width, height, heatmap } = sample;
  const hottest = heatmap.reduce((top, value) => Math.max(top, value), 0);
  return {
    image: { width, height, channels: 3, data: bytes(sample.image, 1) },
    aoi: { width, height, channels: 1, data: bytes(sample.aoi, 1) },
    heatmap: { width, height, channels: 1, data: bytes(heatmap, hottest) },
  };
}

/** Explains chosen test images and writes the pictures that a report shows. Does nothing in a run without folder. */
export function explain(run: RunScope): OperatorFunction<TrainedModel, TrainedModel> {
  return onTrained(run, async ({ evaluator, feed }) => {
    if (run.folder === undefined) return;
    const samples = chooseExplained(feed.samples, run.settings.explain.images);
    const batches = evaluationBatches({ ...feed, samples }, 'test');
    const explanations = await explainBatches(evaluator, batches, run.folder, runFiles.explanations);
    run.emit({ type: 'explained', explanations });
  });
}

/**
 * Explains samples, writing `<number>-{image,aoi,heatmap}.png` into `<folder>/<subfolder>`.
 * @returns explanations in the order of the batches, paths relative to `folder`
 */
async function explainBatches(
  evaluator: Evaluator,
  batches: AsyncIterable<Batch>,
  folder: string,
  subfolder: string,
): Promise<readonly Explanation[]> {
  const target = join(folder, subfolder);
  await makeFolder(target).catch((cause: unknown) => {
    throw fail({ code: 'OUTPUT_UNWRITABLE', what: 'The folder for explanations cannot be made', where: target, cause });
  });
  const explanations: Explanation[] = [];
  await evaluate({
    ...evaluator,
    batches,
    onExplained: async (sample) => {
      const number = String(explanations.length + 1).padStart(2, '0');
      // '/' on every platform: the paths end up in run.json and in the page.
      const path = (name: string) => `${subfolder}/${number}-${name}.png`;
      for (const [name, raster] of Object.entries(rastersOf(sample))) await writePng(join(folder, path(name)), raster);
      const { id, label, score, aoiShare } = sample.prediction;
      explanations.push({
        id,
        label,
        score,
        aoiShare: aoiShare ?? null,
        imagePath: path('image'),
        aoiPath: path('aoi'),
        heatmapPath: path('heatmap'),
      });
    },
  });
  return explanations;
}
