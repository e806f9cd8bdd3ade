import type { WeightNaming } from './naming.js';
import { invalid, type WeightsFile } from './weights-file.js';

/** Names Keras gives the mean of its layer Normalization. */
const meanName = /(^|\/)normalization(_\d+)?\/(mean|vars\/0)$/;

/**
 * Keras keeps the normalisation of the input among the weights, this library in the model. Where both have one they must
 * be the same, else the weights would see an input they were not trained with.
 * @throws FoveateError `WEIGHTS_INVALID`
 */
export function checkInputMean(file: WeightsFile, { inputMean }: WeightNaming): void {
  const values = file.entries.find(({ name }) => meanName.test(name))?.tensor?.data;
  if (inputMean === undefined || values === undefined) return;
  if (values.length === inputMean.length && inputMean.every((mean, i) => Math.abs(mean - (values[i] ?? 0)) < 1e-3))
    return;
  throw invalid(file.path, 'These weights were trained with another normalisation of the input', {
    expected: `mean ${inputMean.join(' ')}`,
    got: `mean ${[...values].map((value) => value.toFixed(3)).join(' ')}`,
    advice: 'Use weights that were trained on images normalised as those of ImageNet',
  });
}
