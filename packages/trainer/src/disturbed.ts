/** How verdicts change with what lies outside of the area of interest: the causal test on the validation split. */
import type { Measures, Prediction } from '@foveate/contracts';
import { auroc } from '@foveate/statistics';

/**
 * `outsideFlips`, the share of verdicts that a disturbance changes, `outsideAccuracy` and `outsideAuroc`, those of the disturbed images;
 * all in [0, 1], over all images and disturbances, AUROC null with one class.
 * @param plain the images as they are
 * @param disturbed the same again for each disturbance
 */
export function outsideFigures(
  plain: readonly Prediction[],
  disturbed: readonly Prediction[],
  threshold: number,
): Measures {
  const verdicts = new Map(plain.map(({ id, score }) => [id, score >= threshold]));
  const share = (of: (one: Prediction) => boolean) => disturbed.filter(of).length / disturbed.length;
  return {
    outsideFlips: share(({ id, score }) => score >= threshold !== verdicts.get(id)),
    outsideAccuracy: share(({ label, score }) => score >= threshold === (label === 1)),
    outsideAuroc: auroc(
      disturbed.map(({ score }) => score),
      disturbed.map(({ label }) => label),
    ),
  };
}
