/**
 * Mask: every sample is decoded once to verify it, find its area of interest and decide its label. What cannot be used
 * becomes a listed skip here, so that later stages may rely on every sample: a file that breaks after this is an error.
 */
import { isFoveateError } from '@foveate/contracts';
import type { AoiProvider, Labeller, LabelledSample, Sample, SampleSource, Skip, SourceItem } from '@foveate/contracts';
import { mergeMap, of } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { SampleStore } from './sample-store.js';

/** What the mask stage makes of a source item. */
export type MaskedItem = { readonly sample: LabelledSample } | { readonly skip: Skip };

/** What the mask stage works with. */
export interface MaskStage {
  readonly source: Pick<SampleSource, 'load'>;
  readonly aoi: AoiProvider;
  readonly labeller: Labeller;
  readonly store: SampleStore;
  /** Samples decoded at once; their full-size pixels are dropped after labelling. */
  readonly concurrency: number;
}

/** Labels samples. The order of the output is that of completion; the split stage sorts. */
export function mask(stage: MaskStage): OperatorFunction<SourceItem, MaskedItem> {
  return mergeMap((item) => ('skip' in item ? of(item) : labelled(item.sample, stage)), stage.concurrency);
}

async function labelled(sample: Sample, { source, aoi, labeller, store }: MaskStage): Promise<MaskedItem> {
  try {
    const images = await source.load(sample);
    const area = await aoi.areaOfInterest(sample, images);
    const decision = labeller.decide(sample, labeller.needsPixels(sample) ? { images, aoi: area } : undefined);
    if ('skip' in decision) return decision;
    await store.keep(sample.id, { image: images.image, aoi: area, defects: [] });
    return { sample: { ...sample, ...decision } };
  } catch (error) {
    if (!isFoveateError(error) || (error.code !== 'DATA_INVALID' && error.code !== 'PATH_MISSING')) throw error;
    const { where, reason } = error.parts;
    return { skip: { path: where ?? sample.id, reason: reason ?? 'unreadable', message: error.message } };
  }
}
