/** Classification as an objective: one label for each image. */
import type { Explainer, Loss, Model } from '@foveate/contracts';
import { lossInputs } from '@foveate/tensor';
import { evaluation } from './evaluate-program.js';
import { batchTensors, programInputs, type FedBatch } from './feed/batch-tensors.js';
import type { Objective } from './objective.js';
import { correctCount } from './predictions.js';
import { batchView } from './step/batch-view.js';
import { weighted } from './step/class-weights.js';
import { checkedLossOutput } from './step/loss-output.js';
import { Validation, type ValidationMetrics } from './validation.js';

/** What a classification is made of. */
export interface ClassificationParts {
  readonly model: Model;
  readonly loss: Loss;
  /** Weight of each class in the training loss; left out: 1. */
  readonly classWeights?: readonly number[];
  /** Whose heat the metrics measure; left out: predictions have no share of heat. */
  readonly explainer?: Explainer;
  /** Left out: loss, accuracy and AUROC alone. */
  readonly measured?: ValidationMetrics;
}

/** Programs are fed `labels`, `images` or `trunk`, and `aoi` where the batch has it; a step gives `logits` [N, classes]. */
export function classification(parts: ClassificationParts): Objective<FedBatch> {
  const { model, loss, classWeights, explainer, measured } = parts;
  return {
    model,
    classes: model.classes,
    measured: measured !== undefined,
    inputs: batchTensors,
    learn: (inputs, { scope, variables, frozen }) => {
      const { start, ...given } = programInputs(inputs, model.classes);
      const view = batchView(model, start, scope, { frozen, variables });
      const { labels } = given;
      const plain = checkedLossOutput(loss.compute(lossInputs(loss, { view, ...given })), labels.shape[0]);
      return {
        result: classWeights === undefined ? plain : weighted(plain, labels, classWeights),
        outputs: { logits: view.logits },
      };
    },
    evaluate: (inputs, pass, thorough) =>
      evaluation({ model, loss, ...(thorough && explainer !== undefined ? { explainer } : {}) }, inputs, pass),
    correct: (outputs, { labels }) => correctCount(outputs, labels),
    validation: (epoch, measures) => new Validation(epoch, measures ? measured : undefined),
  };
}
