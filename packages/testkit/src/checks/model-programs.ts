/** A model as programs: inputs `images`, `model/<variable>` and `noise/<name>`. */
import type { Model, NamedTensors, Program, VariableScope } from '@foveate/contracts';
import { inferenceScope, modelView, pickPrefix, tensorNamed } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** What was seen while a program ran: names by name. */
export type ModelRecord = Map<string, Set<string>>;

const imagesOf = (inputs: NamedTensors): tf.Tensor4D => tensorNamed(inputs, 'images') as tf.Tensor4D;

/** Outputs `featureMap` and `logits`. */
export function inferenceProgram(model: Model): Program {
  return (inputs) => {
    const scope = inferenceScope(pickPrefix('model', inputs));
    const { featureMap, logits } = modelView(model, imagesOf(inputs), scope);
    return { outputs: { featureMap, logits } };
  };
}

/** Output `featureMap`, made by the stages. `reads` is told which variables each stage reads. */
export function stagesProgram(model: Model, reads: ModelRecord): Program {
  return (inputs) => {
    const scope = inferenceScope(pickPrefix('model', inputs));
    const featureMap = (model.stages ?? []).reduce((x, stage) => {
      const names = new Set<string>();
      reads.set(stage.name, names);
      return stage.apply(x, { ...scope, get: (name) => (names.add(name), scope.get(name)) });
    }, imagesOf(inputs));
    return { outputs: { featureMap } };
  };
}

/**
 * A training step without its update: outputs `gradient of <variable>` of a cross-entropy and of the area that the model
 * predicts, if it does, or `featureMap` where all is frozen.
 * `updates` is told whose statistics follow.
 */
export function modelProgram(
  model: Model,
  { isFrozen, updates }: { readonly isFrozen: boolean; readonly updates: ModelRecord },
): Program {
  return (inputs) => {
    const variables = pickPrefix('model', inputs);
    const scope: VariableScope = {
      ...inferenceScope(variables),
      training: true,
      frozen: () => isFrozen,
      update: (name) => void updates.set(name, new Set()),
      noise: (name) => tensorNamed(inputs, `noise/${name}`) as tf.Tensor2D,
    };
    if (isFrozen) return { outputs: { featureMap: model.features(imagesOf(inputs), scope) } };
    const names = model.variables.filter(({ trainable }) => trainable).map(({ name }) => name);
    const loss = (): tf.Scalar => {
      const { featureMap, logits } = modelView(model, imagesOf(inputs), scope);
      const [count] = logits.shape;
      const places = tf.tensor1d(
        Array.from({ length: count }, (_, i) => i % model.classes),
        'int32',
      );
      const crossEntropy: tf.Scalar = tf.neg(
        tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), tf.cast(tf.oneHot(places, model.classes), 'float32')), 1)),
      );
      return model.area === undefined
        ? crossEntropy
        : tf.add(crossEntropy, tf.mean(tf.softplus(model.area.logits(featureMap))));
    };
    const weights = names.map((name) => tensorNamed(variables, name));
    // The last argument allows variables that the loss does not depend on.
    const { grads } = tf.engine().gradients(loss, weights, undefined, true);
    const gradients = names.map((name, index): [string, tf.Tensor] => [
      `gradient of ${name}`,
      (grads[index] as tf.Tensor | undefined) ?? tf.zerosLike(weights[index] as tf.Tensor),
    ]);
    return { outputs: Object.fromEntries(gradients) };
  };
}
