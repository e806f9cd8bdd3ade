/** Gradual unfreezing: a training in phases, each with its own trained variables. */
import { fail } from '@foveate/contracts';
import type { TrainedModel } from '../objective.js';
import type { TrainingSettings } from '../settings.js';
import { frozenStages } from '../trunk/frozen-stages.js';
import { trainedVariables } from './trained-part.js';

/** Epochs in which the same variables are trained. */
export interface Phase {
  /** Position among the phases, from 0. */
  readonly index: number;
  /** First epoch, counted from 1. */
  readonly from: number;
  readonly trained: ReadonlySet<string>;
}

/**
 * All phases, in order.
 * @throws FoveateError `CONFIG_INVALID` when the epochs of `unfreeze` do not rise from 2, and as `trainedVariables`
 */
export function phasesOf(model: TrainedModel, { train = 'all', unfreeze = [] }: TrainingSettings): readonly Phase[] {
  const starts = [{ epoch: 1, train }, ...unfreeze];
  return starts.map(({ epoch, train: part }, index) => {
    const before = starts[index - 1]?.epoch ?? 0;
    if (epoch <= before) {
      throw fail({
        code: 'CONFIG_INVALID',
        where: `training.unfreeze[${index - 1}].epoch`,
        what: 'Epochs have to rise',
        expected: `more than ${before}`,
        got: String(epoch),
      });
    }
    const where = index === 0 ? 'training.train' : `training.unfreeze[${index - 1}].train`;
    return { index, from: epoch, trained: trainedVariables(model, part, where) };
  });
}

/** Leading stages of the model that nothing changes in an epoch; as `phasesOf`. */
export function frozenStagesAt(model: TrainedModel, settings: TrainingSettings, epoch: number): number {
  return frozenStages(model, phaseAt(phasesOf(model, settings), epoch).trained, settings.frozenBatchNorm ?? 'eval');
}

/** The phase an epoch belongs to. */
export function phaseAt(phases: readonly Phase[], epoch: number): Phase {
  const phase = phases.findLast(({ from }) => from <= epoch);
  if (phase === undefined) throw new Error(`No phase for epoch ${epoch}.`);
  return phase;
}
