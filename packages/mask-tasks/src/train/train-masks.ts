/** Trains a segmenter on the accepted masks of a store. */
import { fail, isFoveateError, type RunEvent } from '@foveate/contracts';
import { makeOutputFolder } from '@foveate/contracts/node';
import { openMaskStore } from '@foveate/mask-store';
import { lockFolder, runFiles, type WriterLock } from '@foveate/run-record/node';
import { segmenterRunFile, trainSegmenter } from '@foveate/segmentation';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { concat, defer, finalize, from, mergeMap, of, type Observable } from 'rxjs';
import { markedImages, type MarkedImages, type MarkedOptions } from './marked-images.js';
import type { SegmenterConfig } from './segmenter-config.js';

/** How a segmenter is trained on a store. */
export interface TrainMasksOptions extends MarkedOptions {
  /** Gets the network and its record. */
  readonly folder: string;
  /** True: a training that was stopped goes on. */
  readonly resume?: boolean;
  /** True: what the folder held of an earlier training is replaced. */
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Emits what `trainSegmenter` emits, and before it the engine, what is learnt from how many images, and a warning about those left out. Nothing happens before the
 * subscription; unsubscribing stops it.
 * @throws FoveateError (in the stream) as `openMaskStore`, `markedImages` and `trainSegmenter`; `OUTPUT_EXISTS`, `RUN_LOCKED`
 */
export function trainMasks(store: string, config: SegmenterConfig, options: TrainMasksOptions): Observable<RunEvent> {
  return defer(async () => {
    const { folder, resume = false, overwrite = false } = options;
    const marked = await markedImages(await openMaskStore(store), options);
    const record = join(folder, segmenterRunFile);
    if (existsSync(record) && !resume && !overwrite) throw occupied(folder);
    if (existsSync(join(folder, runFiles.record))) throw holdsRun(folder);
    await makeOutputFolder(folder);
    const lock = await lockOf(folder);
    try {
      const [engine] = await config.build('engine');
      const parts = await partsOf(config);
      if (engine === undefined || parts === undefined) throw new Error('A slot of one plugin is never empty.');
      const training = trainSegmenter({
        ...parts,
        engine,
        images: marked.read(),
        settings: config.own.training,
        seed: config.seed,
        folder,
        config: config.chosen,
        resume,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      return concat(
        of<RunEvent[]>({ type: 'engine', description: engine.info.description }, ...remarks(marked)),
        training,
      ).pipe(
        finalize(() => {
          engine.dispose();
          void lock.release();
        }),
      );
    } catch (error) {
      await lock.release();
      throw error;
    }
  }).pipe(mergeMap((events) => from(events)));
}

function remarks({ areas, count, leftOut }: MarkedImages): readonly RunEvent[] {
  const what = `Learns ${areas.join(', ')} from ${String(count)} ${count === 1 ? 'image' : 'images'}.`;
  const learns: RunEvent = { type: 'notice', message: what };
  const [first] = leftOut;
  if (first === undefined) return [learns];
  const number = leftOut.length === 1 ? '1 image is' : `${String(leftOut.length)} images are`;
  const advice = areas.length > 1 ? ' To learn one area alone, name it.' : '';
  return [
    learns,
    { type: 'warning', message: `${number} left out, such as ${first.path}: ${first.message}.${advice}` },
  ];
}

async function partsOf(config: SegmenterConfig) {
  const [[segmenter], [loss], [optimizer], augmentations] = await Promise.all([
    config.build('segmenter'),
    config.build('loss'),
    config.build('optimizer'),
    config.build('augment'),
  ]);
  if (segmenter === undefined || loss === undefined || optimizer === undefined) return undefined;
  return { segmenter, loss, optimizer, augmentations };
}

async function lockOf(folder: string): Promise<WriterLock> {
  return lockFolder(folder, 'foveate masks train').catch((cause: unknown) => {
    if (isFoveateError(cause)) throw cause;
    const got = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw fail({ code: 'OUTPUT_UNWRITABLE', what: 'The folder cannot be written', where: folder, got, advice: 'Choose another with --out', cause }); // prettier-ignore
  });
}

function holdsRun(folder: string) {
  return fail({
    code: 'OUTPUT_EXISTS',
    what: 'The folder holds the run of a classifier',
    where: folder,
    advice: 'Choose another with --out',
  });
}

function occupied(folder: string) {
  return fail({
    code: 'OUTPUT_EXISTS',
    what: 'The folder holds a segmenter already',
    where: folder,
    advice: 'Choose another with --out, go on with --resume, or replace it with --overwrite',
  });
}
