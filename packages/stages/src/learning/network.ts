/** The learning services of a run, and the model at its input size. */
import { totalmem } from 'node:os';
import { classNames, fail } from '@foveate/contracts';
import type { Engine, Explainer, Fetching, HostTensors, Loss, Metric, Model, ModelFactory } from '@foveate/contracts';
import { checkSettings } from '@foveate/trainer';
import type { RunConfig, Services } from '@foveate/assembly';
import { withPredictedArea } from './with-predicted-area.js';

/** A model with all that is done with it. */
export interface Network {
  readonly model: Model;
  /** With the area that the model predicts, if it does. */
  readonly loss: Loss;
  readonly explainer: Explainer;
  readonly metrics: readonly Metric[];
  /** Values that variables start from, where the model has some that were trained before. */
  readonly initialValues?: HostTensors;
  /** Owned: whoever built the network disposes of it. */
  readonly engine: Engine;
}

async function buildModel(
  config: RunConfig,
  services: Services,
): Promise<{ readonly factory: ModelFactory; readonly model: Model }> {
  const [height, width] = config.data.size;
  const factory = await services.get('model');
  return { factory, model: factory.build({ height, width, classes: classNames.length }) };
}

/**
 * Finds out, before any data is read, whether the model can be built and has the parts that the training names, and whether the loss
 * can be built.
 * @throws FoveateError `CONFIG_INVALID`, `ENGINE_OUT_OF_MEMORY`, and whatever the model's plugin throws
 */
export async function checkModel(config: RunConfig, services: Services): Promise<void> {
  const { model } = await buildModel(config, services);
  requireMemory(model);
  checkSettings(model, config.training);
  // A loss may refuse the explainer that it is to guide.
  await services.get('loss');
}

/** A model whose weights alone exceed the memory of the machine is a slip in its options. */
function requireMemory({ variables }: Model): void {
  const values = variables.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  if (values * Float32Array.BYTES_PER_ELEMENT <= totalmem()) return;
  throw fail({
    code: 'ENGINE_OUT_OF_MEMORY',
    what: 'The weights of the model do not fit into the memory of this machine',
    where: 'model',
    expected: `at most ${String(Math.floor(totalmem() / Float32Array.BYTES_PER_ELEMENT))} values`,
    got: String(values),
    advice: 'Choose a smaller model, or fewer channels',
  });
}

/**
 * Builds model and services. The engine comes last, so that nothing is left running when another plugin fails.
 * @param settings.pretrained how to fetch pretrained weights, for a training that starts; absent: they are not wanted
 * @throws FoveateError of the plugins, among them `PATH_MISSING` and `WEIGHTS_INVALID` for weights
 */
export async function buildNetwork(
  config: RunConfig,
  services: Services,
  { pretrained }: { readonly pretrained?: Fetching } = {},
): Promise<Network> {
  const { factory, model } = await buildModel(config, services);
  const initialValues = (pretrained && (await factory.pretrained?.(model, pretrained))) ?? {};
  return {
    model,
    ...(Object.keys(initialValues).length === 0 ? {} : { initialValues }),
    loss: withPredictedArea(await services.get('loss'), model),
    explainer: await services.get('explainer'),
    metrics: await services.list('metric'),
    engine: await services.get('engine'),
  };
}
