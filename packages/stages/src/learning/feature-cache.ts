/** Where a run keeps the features of frozen stages. */
import { join, resolve } from 'node:path';
import { frozenStagesAt, FeatureCache } from '@foveate/trainer';
import type { RunConfig } from '@foveate/assembly';
import type { Evaluator } from '../explain.js';
import type { Network } from './network.js';
import { runFiles } from '@foveate/run-record/node';

/** The cache a configuration asks for; undefined where it wants none. */
export function featureCacheOf(config: RunConfig, runFolder: string, { engine }: Network): FeatureCache | undefined {
  const { featureCache: options = { megabytes: 4096 } } = config.training;
  if (options === false) return undefined;
  const folder =
    options.folder === undefined ? join(runFolder, runFiles.features) : resolve(config.baseFolder, options.folder);
  const identity = JSON.stringify([config.model, config.data.size, engine.info.versions]);
  return new FeatureCache({ folder, megabytes: options.megabytes, identity });
}

/** The stages that training had frozen in an epoch, so that evaluation finds its features in the cache. */
export function trunkOf(
  { training }: RunConfig,
  { model }: Network,
  cache: FeatureCache | undefined,
  epoch: number | null,
): Evaluator['trunk'] {
  return cache === undefined ? undefined : { cache, frozen: frozenStagesAt(model, training, epoch ?? 1) };
}
