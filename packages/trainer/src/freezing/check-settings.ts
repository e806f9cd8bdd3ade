/** Whether settings and model fit, before anything else is done. */
import type { Model } from '@foveate/contracts';
import type { TrainingSettings } from '../settings.js';
import { requireWeights } from '../step/class-weights.js';
import { learningRateFactors } from './groups.js';
import { phasesOf } from './phases.js';

/**
 * Refuses settings that name parts the model does not have. A model that is only built is enough: nothing is computed.
 * @throws FoveateError `CONFIG_INVALID` as `phasesOf`, `learningRateFactors` and `requireWeights`
 */
export function checkSettings(model: Model, settings: TrainingSettings): void {
  phasesOf(model, settings);
  learningRateFactors(model, settings.groups ?? []);
  const { classWeights = 'balanced' } = settings;
  if (classWeights !== 'balanced') requireWeights(classWeights, model.classes);
}
