/** Algorithm 1 of the paper as a program: forward, loss, backward and update of one batch. */
import { fail, type Loss, type Model, type NamedTensors, type Optimizer, type Program } from '@foveate/contracts';
import { pickPrefix, withPrefix } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { programInputs } from './batch-tensors.js';
import { gradientsCarrying, type Carry } from './gradients.js';
import { modelPrefix, noisePrefix, optimizerPrefix, tensorNamed, trainingScope } from './variables.js';

/** What a training step is made of. */
export interface TrainStepParts {
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
}

const outputPrefix = 'outputs';

/**
 * One training step.
 *
 * Inputs: `images` [N, H, W, 3] float32, `labels` [N] int32, `aoi` [N, H, W] float32, `learningRate` (scalar) and
 * `noise/<name>` [N, width] float32 in [0, 1) for what the model asks for. State: `model/<variable>` and
 * `optimizer/<slot>`. Outputs: `loss` (scalar), `perSample` [N], `logits` [N, classes], `parts/<name>` (scalars of the
 * loss) and `gradientNorm` (scalar, Euclidean norm over all trainable variables), all from before the update.
 * @throws FoveateError `CONFIG_INVALID` when the model has no trainable variable
 */
export function trainStepProgram({ model, loss, optimizer }: TrainStepParts): Program {
  const trainable = model.variables.filter((variable) => variable.trainable).map(({ name }) => name);
  if (trainable.length === 0) {
    throw fail({
      code: 'CONFIG_INVALID',
      where: 'model',
      what: 'Model has no trainable variable',
      advice: 'Unfreeze at least one layer',
    });
  }
  return (inputs, state) => {
    const variables = pickPrefix(modelPrefix, state);
    const trained = trainable.map((name) => tensorNamed(variables, name));
    const { gradients, carried } = gradientsCarrying(trained, (carry) =>
      forward({ model, loss, inputs, variables, carry }),
    );
    const next = optimizer.update({
      variables: byName(trainable, trained),
      gradients: byName(trainable, gradients),
      slots: pickPrefix(optimizerPrefix, state),
      learningRates: Object.fromEntries(trainable.map((name) => [name, tensorNamed(inputs, 'learningRate')])),
    });
    return {
      outputs: { ...pickPrefix(outputPrefix, carried), gradientNorm: euclideanNorm(gradients) },
      state: {
        ...withPrefix(modelPrefix, { ...pickPrefix(modelPrefix, carried), ...next.variables }),
        ...withPrefix(optimizerPrefix, next.slots),
      },
    };
  };
}

function forward(parts: {
  readonly model: Model;
  readonly loss: Loss;
  readonly inputs: NamedTensors;
  readonly variables: NamedTensors;
  readonly carry: Carry;
}): tf.Scalar {
  const { model, carry } = parts;
  const { images, labels, aoi } = programInputs(parts.inputs, model.classes);
  const scope = trainingScope(
    model,
    { variables: parts.variables, noise: pickPrefix(noisePrefix, parts.inputs) },
    (name, value) => carry(`${modelPrefix}/${name}`, value),
  );
  const featureMap = model.features(images, scope);
  const logits = model.head(featureMap, scope);
  // The head runs again inside Grad-CAM; only its first run counts for the moving statistics.
  const again = { ...scope, update: () => undefined };
  const head = (map: tf.Tensor4D): tf.Tensor2D => model.head(map, again);
  const result = parts.loss.compute({ images, labels, aoi, featureMap, logits, head });
  const outputs = {
    loss: result.loss,
    perSample: result.perSample,
    logits,
    ...withPrefix('parts', result.parts),
  };
  for (const [name, tensor] of Object.entries(outputs)) carry(`${outputPrefix}/${name}`, tensor);
  return result.loss;
}

function byName(names: readonly string[], tensors: readonly tf.Tensor[]): NamedTensors {
  return Object.fromEntries(names.map((name, index) => [name, tensors[index] as tf.Tensor]));
}

function euclideanNorm(tensors: readonly tf.Tensor[]): tf.Tensor {
  return tf.sqrt(tensors.map((tensor) => tf.sum(tf.square(tensor))).reduce((sum, square) => tf.add(sum, square)));
}
