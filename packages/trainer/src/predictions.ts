/** What an evaluation program says, sample by sample. */
import type { CompiledProgram, HostTensors, Prediction } from '@foveate/contracts';
import { batchTensors, type FedBatch } from './feed/batch-tensors.js';

/** A batch and what the program said of it. */
export interface EvaluatedBatch {
  readonly batch: FedBatch;
  readonly outputs: HostTensors;
}

/** Values of an output. @throws Error when the program has no such output */
export function valuesOf(outputs: HostTensors, name: string): Float32Array | Int32Array {
  const tensor = outputs[name];
  if (tensor === undefined) throw new Error(`No output '${name}'.`);
  return tensor.data;
}

/** Runs `program` over `batches`, one at a time, as the consumer asks for them. */
export async function* evaluateBatches(
  program: CompiledProgram,
  batches: AsyncIterable<FedBatch>,
): AsyncGenerator<EvaluatedBatch, void> {
  for await (const batch of batches) yield { batch, outputs: await program.run(batchTensors(batch)) };
}

/** Samples whose largest logit is that of their label; of equal logits the first counts. */
export function correctCount(outputs: HostTensors, labels: ArrayLike<number>): number {
  const logits = valuesOf(outputs, 'logits');
  const classes = logits.length / labels.length;
  let correct = 0;
  for (let row = 0; row < labels.length; row++) {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    if (scores.indexOf(Math.max(...scores)) === labels[row]) correct++;
  }
  return correct;
}

/** A prediction and what its score is made of. */
export interface Scored extends Prediction {
  /** Logit of class 1 (defective) less that of class 0. */
  readonly margin: number;
}

/** The probability of class 1 at a temperature, in [0, 1]. */
export function scoreAt(temperature: number, margin: number): number {
  return 1 / (1 + Math.exp(-margin / temperature));
}

/**
 * Predictions of a batch; `aoiShare` is left out where there is no heatmap or nothing in it.
 * @param temperature what logits are divided by to become scores; default 1
 */
export function predictionsOf({ batch, outputs }: EvaluatedBatch, temperature?: number): Scored[] {
  const logits = valuesOf(outputs, 'logits');
  const score = valuesOf(outputs, 'score');
  const loss = valuesOf(outputs, 'perSample');
  const mass = outputs['heatMass']?.data;
  const inside = outputs['heatInside']?.data;
  return batch.ids.map((id, index) => {
    const total = mass?.[index] ?? 0;
    // Two sums in different order: rounding may leave the share a little above 1.
    const margin = (logits[2 * index + 1] as number) - (logits[2 * index] as number);
    const share = total > 0 ? { aoiShare: Math.min(1, (inside?.[index] ?? 0) / total) } : {};
    return {
      id,
      label: batch.labels[index] === 1 ? 1 : 0,
      score: temperature === undefined ? (score[index] as number) : scoreAt(temperature, margin),
      margin,
      loss: loss[index] as number,
      ...share,
    };
  });
}
