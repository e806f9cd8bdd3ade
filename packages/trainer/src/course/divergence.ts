/** Stops a training whose numbers are no numbers any more, and warns of one whose loss explodes. */
import { fail, type EpochRecord } from '@foveate/contracts';

/** What was computed where. */
export interface Finding {
  /** For example `epoch 3, step 12` or `epoch 3, validation`. */
  readonly where: string;
  readonly ids: readonly string[];
  readonly loss: number;
  readonly perSample: ArrayLike<number>;
  /** Left out where there is no gradient. */
  readonly gradientNorm?: number;
}

/**
 * @throws FoveateError `TRAINING_DIVERGED` when loss or gradient is NaN or infinite; names the samples whose own loss
 * is, and all of the batch when the fault cannot be pinned on some
 */
export function assertFinite({ where, ids, loss, perSample, gradientNorm = 0 }: Finding): void {
  const culprits = ids.filter((_, index) => !Number.isFinite(perSample[index]));
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm) && culprits.length === 0) return;
  const inLoss = !Number.isFinite(loss) || culprits.length > 0;
  const value = inLoss ? loss : gradientNorm;
  const samples = culprits.length > 0 ? culprits : ids;
  throw fail({
    code: 'TRAINING_DIVERGED',
    where,
    what: `${inLoss ? 'Loss' : 'Gradient'} is not finite`,
    got: `${inLoss ? 'loss' : 'gradient norm'} ${value} on ${samples.map((id) => `'${id}'`).join(', ')}`,
    advice:
      "Try a learning rate ten times lower (optimizer.learningRate), look at these images and check the loss's options. " +
      'A checkpoint of an earlier epoch is not affected',
  });
}

/** An epoch whose mean loss is this many times that of an untrained model is worth a warning. */
const explosive = 10;

/**
 * What to say of an epoch at the end of which the loss is finite but far above that of a model that has learnt nothing: that
 * of the first step, or where it is more the cross-entropy of guessing, ln(classes). A small first batch may be right by luck.
 * @param startLoss loss of the first step
 */
export function explosion(
  startLoss: number | null,
  classes: number,
  { epoch, train, learningRate }: EpochRecord,
): string | undefined {
  if (startLoss === null) return undefined;
  const guessing = Math.log(classes);
  if (!(train.loss > explosive * Math.max(startLoss, guessing))) return undefined;
  const reference =
    startLoss >= guessing ? `it started from ${startLoss.toPrecision(3)}` : `guessing gives ${guessing.toPrecision(3)}`;
  return (
    `The loss of epoch ${epoch} is ${train.loss.toPrecision(3)}, where ${reference}. ` +
    `The learning rate, ${learningRate?.toPrecision(3) ?? 'unknown'}, is probably too high.`
  );
}
