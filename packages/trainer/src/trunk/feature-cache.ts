/** What a run knows of the features of frozen stages: where they are kept, and what is in its samples. */
import type { HostTensor, HostTensors, Model } from '@foveate/contracts';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FeatureStore } from './feature-store.js';

/** Options of the cache of a frozen trunk. */
export const featureCacheOptions = z
  .union([
    z.literal(false),
    z.strictObject({
      folder: z
        .string()
        .min(1)
        .exactOptional()
        .describe('Folder that several runs share, relative to baseFolder; left out, each run has its own.'),
      megabytes: z.int().min(1).default(4096).describe('Disk space for features, in MiB.'),
    }),
  ])
  .describe(
    'Features of frozen stages are computed once and kept on the disk, where images repeat: without augmentation, or with ' +
      'data.augmentVariants. false: compute them in every epoch.',
  );

/** Where a {@link FeatureCache} keeps features. */
export interface FeatureCachePlace {
  readonly folder: string;
  readonly megabytes: number;
  /** Everything about the model but its weights: id, options, input size, and what computes it. */
  readonly identity: string;
}

/** What is known of a sample in one form: what it looks like, and its class then. */
export interface SampleContent {
  /** SHA-256 of its pixels and area of interest. */
  readonly content: string;
  readonly label: number;
}

/** Shared by all that a run trains and evaluates. */
export class FeatureCache {
  readonly #place: FeatureCachePlace;
  readonly #contents = new Map<string, SampleContent>();

  constructor(place: FeatureCachePlace) {
    this.#place = place;
  }

  /** What a sample looks like; undefined as long as nobody has seen it in this process. */
  contentOf(variant: string, id: string): SampleContent | undefined {
    return this.#contents.get(`${variant}/${id}`);
  }

  note(variant: string, id: string, content: SampleContent): void {
    this.#contents.set(`${variant}/${id}`, content);
  }

  /** Opens the store of the leading `frozen` stages with these weights. */
  open(model: Model, frozen: number, variables: HostTensors): Promise<FeatureStore> {
    const { folder, megabytes, identity } = this.#place;
    const stages = (model.stages ?? []).slice(0, frozen);
    const hash = createHash('sha256').update(JSON.stringify([identity, stages.map(({ name }) => name)]));
    for (const name of stages.flatMap((stage) => stage.variables)) {
      hash.update(name).update(bytesOf((variables[name] as HostTensor).data));
    }
    const key = `trunk-${hash.digest('hex').slice(0, 32)}`;
    return FeatureStore.open(folder, key, megabytes * 1024 * 1024);
  }
}

/** The bytes of an array, a view. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
