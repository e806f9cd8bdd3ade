/** The learning services of a run, and the model at its input size. */
import { classNames } from '@foveate/contracts';
import type { Engine, Explainer, Loss, Metric, Model } from '@foveate/contracts';
import type { Services } from '../assembly/container.js';
import type { RunConfig } from '../config/run-config.js';

/** A model with all that is done with it. */
export interface Network {
  readonly model: Model;
  readonly loss: Loss;
  readonly explainer: Explainer;
  readonly metrics: readonly Metric[];
  /** Owned: whoever built the network disposes of it. */
  readonly engine: Engine;
}

/** Builds model and services. The engine comes last, so that nothing is left running when another plugin fails. */
export async function buildNetwork(config: RunConfig, services: Services): Promise<Network> {
  const [height, width] = config.data.size;
  const factory = await services.get('model');
  return {
    model: factory.build({ height, width, classes: classNames.length }),
    loss: await services.get('loss'),
    explainer: await services.get('explainer'),
    metrics: await services.list('metric'),
    engine: await services.get('engine'),
  };
}
