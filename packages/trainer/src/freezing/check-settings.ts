/** Whether settings and model fit, before anything else is done. */
import type { Model } from '@foveate/contracts';
import type { TrainingSettings } from '../settings.js';
import { learningRateFactors } from './groups.js';
import { phasesOf } from './phases.js';

/**
 * Refuses settings that name parts the model does not have. A model that is only built is enough: nothing is computed.
 * @throws FoveateError `CONFIG_INVALID` as `phasesOf` and `learningRateFactors`
 */
export function checkSettings(model: Model, settings: TrainingSettings): void {
  phasesOf(model, settings);
  learningRateFactors(model, settings.groups ?? []);
}
