/** What a training learns. The loop, its schedules and checkpoints know nothing else of the task. */
import type { EpochRecord, HostTensors, LossOutput, Model, NamedTensors, VariableScope } from '@foveate/contracts';

/** What is trained: variables in forward order, and the random numbers a step needs for each sample. */
export type TrainedModel = Pick<Model, 'variables' | 'noise' | 'stages'>;

/** What every batch says of itself. */
export interface SampleBatch {
  readonly ids: readonly string[];
}

/** How a program runs the model. */
export interface ForwardPass {
  /** Of the layers that are not frozen. */
  readonly scope: VariableScope;
  /** The model's variables by name. */
  readonly variables: NamedTensors;
  /** Leading stages that are frozen. */
  readonly frozen: number;
}

/** What a training step made of a batch. */
export interface Learned {
  /** Minimised; `perSample` is [N]. */
  readonly result: LossOutput;
  /** What {@link Objective.correct} reads, by name. */
  readonly outputs: NamedTensors;
}

/** Figures of the validation split, gathered batch by batch. */
export interface ValidationTally<B extends SampleBatch = SampleBatch> {
  /** Samples seen so far. */
  readonly samples: number;
  /**
   * @param isDisturbed true: samples that were seen before, in another form
   * @throws FoveateError `TRAINING_DIVERGED` when the loss is not finite
   */
  add(batch: B, outputs: HostTensors, isDisturbed?: boolean): void;
  /** Means over the samples, what the metrics say, and how long it took. */
  result(): EpochRecord['validation'] & { readonly seconds: number };
}

/**
 * A task: what programs read of a batch, what they make of it and what is measured. `learn` and `evaluate` are parts of
 * programs: pure, over tensors that may have no values.
 */
export interface Objective<B extends SampleBatch = SampleBatch> {
  readonly model: TrainedModel;
  /** Classes that a guess chooses from: an untrained model's cross-entropy is about the logarithm. */
  readonly classes: number;
  /** Whether there are metrics besides loss and accuracy. */
  readonly measured: boolean;
  /** The inputs of both programs. */
  inputs(batch: B): HostTensors;
  /** Forward pass and loss of a training step. */
  learn(inputs: NamedTensors, pass: ForwardPass): Learned;
  /**
   * The same in inference mode; outputs hold at least `perSample` [N].
   * @param thorough true: with what the metrics read besides
   */
  evaluate(inputs: NamedTensors, pass: ForwardPass, thorough: boolean): NamedTensors;
  /** Samples of a batch that were right; parts of one where a sample can be right in part. */
  correct(outputs: HostTensors, batch: B): number;
  /** @param measures true: outputs are those of a thorough evaluation, and the metrics are measured */
  validation(epoch: number, measures: boolean): ValidationTally<B>;
}
