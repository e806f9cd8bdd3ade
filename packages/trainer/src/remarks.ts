/** What is worth saying of settings before the first step, where they are allowed but hardly meant. */
import type { RunEvent } from '@foveate/contracts';
import type { Phase } from './freezing/phases.js';
import type { TrainedModel } from './objective.js';
import type { TrainingSettings } from './settings.js';

/** What is looked at. */
export interface RemarkParts {
  readonly model: TrainedModel;
  readonly settings: TrainingSettings;
  readonly phases: readonly Phase[];
  readonly epochs: number;
  readonly batchSize: number;
}

/** Notices and warnings of a training that starts. */
export function remarksOn({ model, settings, phases, epochs, batchSize }: RemarkParts): readonly RunEvent[] {
  const reached = phases.filter(({ from }) => from <= epochs);
  const missed = phases.filter(({ from }) => from > epochs).map(({ from }) => from);
  const list: RunEvent[] = [];
  if (missed.length > 0) {
    const which = `${missed.length === 1 ? 'epoch' : 'epochs'} ${missed.join(', ')}`;
    list.push({
      type: 'notice',
      message: `training.unfreeze names ${which}, but the training ends after epoch ${epochs}: it has no effect there.`,
    });
  }
  if (batchSize === 1 && reached.some(({ trained }) => usesBatchStatistics(model, settings, trained))) {
    list.push({
      type: 'warning',
      message:
        'training.batchSize is 1 and the model normalises by batch: each image is normalised by itself alone, and ' +
        'validation, which goes by running statistics, may differ much. Take larger batches.',
    });
  }
  return list;
}

/** Batch norm goes by the batch where its scale, which stands beside its running statistics, is trained. */
function usesBatchStatistics(
  { variables }: TrainedModel,
  { frozenBatchNorm = 'eval' }: TrainingSettings,
  trained: ReadonlySet<string>,
): boolean {
  const layer = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1);
  const changing = new Set([...trained].map(layer));
  return variables.some(
    ({ name, trainable }) => !trainable && (frozenBatchNorm === 'train' || changing.has(layer(name))),
  );
}
