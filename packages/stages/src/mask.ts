/**
 * Mask: every sample is decoded once to verify it, find its area of interest and decide its label. What cannot be used
 * becomes a listed skip here, so that later stages may rely on every sample: a file that breaks after this is an error.
 */
import { isFoveateError } from '@foveate/contracts';
import type { Labeller, LabelledSample, Sample, SampleDepth, Skip, SourceItem } from '@foveate/contracts';
import { mergeMap, of } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import { fingerprint } from '@foveate/image';
import type { Fingerprint } from '@foveate/image';
import { stampsOf } from './data/sample-store.js';
import type { SampleStore, Stored } from './data/sample-store.js';

/** What the mask stage makes of a source item. */
export type MaskedItem =
  (Stored & { readonly fingerprint?: Fingerprint; readonly depth?: SampleDepth }) | { readonly skip: Skip };

/** What the mask stage works with. */
export interface MaskStage {
  /** Labels one sample, here or in another thread. */
  readonly label: (stored: Stored<Sample>) => Promise<MaskedItem>;
  /** The slot of a sample, if there is one. */
  readonly slotOf: (sample: Sample) => number | undefined;
  /** Samples decoded at once; their full-size pixels are dropped after labelling. */
  readonly concurrency: number;
}

/** Labels samples. The order of the output is that of completion; the split stage sorts. */
export function mask({ label, slotOf, concurrency }: MaskStage): OperatorFunction<SourceItem, MaskedItem> {
  return mergeMap((item) => {
    if ('skip' in item) return of(item);
    const slot = slotOf(item.sample);
    return label({ sample: item.sample, ...(slot === undefined ? {} : { slot }) });
  }, concurrency);
}

/** What a sample is labelled with. */
export interface LabelParts {
  readonly labeller: Labeller;
  readonly store: SampleStore;
  /** True when duplicates are looked for. */
  readonly fingerprints: boolean;
}

/** Decodes, verifies and labels a sample and keeps it; a sample that is no good is a skip. */
export async function labelSample(
  stored: Stored<Sample>,
  { labeller, store, fingerprints }: LabelParts,
): Promise<MaskedItem> {
  const { sample } = stored;
  try {
    // First the stamps: a file that changes while it is read differs from them later.
    const stamps = await stampsOf(sample);
    const decoded = await store.decode(sample);
    const decision = labeller.decide(sample, labeller.needsPixels(sample) ? decoded : undefined);
    if ('skip' in decision) return decision;
    await store.keep(stored, decoded);
    // Two spreads would give each of a million samples a hidden class of its own, at three times the memory.
    const labelled: LabelledSample = Object.assign({}, sample, decision);
    const print = fingerprints ? { fingerprint: fingerprint(decoded.images.image) } : {};
    const { depth } = decoded.images;
    return { ...stored, sample: labelled, stamps, ...print, ...(depth === undefined ? {} : { depth }) };
  } catch (error) {
    if (!isFoveateError(error) || (error.code !== 'DATA_INVALID' && error.code !== 'PATH_MISSING')) throw error;
    const { where, reason } = error.parts;
    return { skip: { path: where ?? sample.id, reason: reason ?? 'unreadable', message: error.message } };
  }
}
