/** From which score an image is called defective, and at which temperature, chosen on the validation split. */
import type { DecisionOptions } from '@foveate/assembly';
import { fail, usualDecision, type DataCounts, type Decision } from '@foveate/contracts';
import {
  criticalValue,
  fitTemperature,
  operatingPoint,
  temperatureLimits,
  wilsonInterval,
  type OperatingRule,
} from '@foveate/statistics';
import { scoreAt, type Scored } from '@foveate/trainer';

type Rule = Exclude<DecisionOptions['threshold'], number | undefined>;

/** Whether there is anything to choose. */
export function isChosen({ threshold, temperature }: DecisionOptions): boolean {
  return typeof threshold === 'object' || temperature === true;
}

/**
 * Finds out, before anything is trained, whether the validation split can decide.
 * @throws FoveateError `DATA_INSUFFICIENT` when a class is missing there
 */
export function checkDecision(options: DecisionOptions | undefined, { validation }: DataCounts): void {
  if (options === undefined || !isChosen(options) || (validation.good > 0 && validation.defective > 0)) return;
  throw fail({
    code: 'DATA_INSUFFICIENT',
    where: 'decision',
    what: 'Nothing can be chosen on a validation split with one class only',
    expected: 'good and defective images',
    got: `${String(validation.good)} good, ${String(validation.defective)} defective`,
    advice: 'Give the validation split samples of both classes, or set decision.threshold to a number',
  });
}

/** What a trained model's predictions of the validation split, of both classes, lead to. */
export function decide({ threshold, temperature }: DecisionOptions, validation: readonly Scored[]): Decision {
  const labels = validation.map(({ label }) => label);
  const fitted = temperature === true ? fitTemperature(validation.map(({ margin }) => margin), labels) : null; // prettier-ignore
  const scores = validation.map(({ score, margin }) => (fitted === null ? score : scoreAt(fitted, margin)));
  const chosen =
    typeof threshold === 'object' ? operatingPoint(scores, labels, ruleOf(threshold))?.threshold : threshold;
  return {
    // Beyond all scores it is infinite, and scores are in [0, 1].
    threshold: Math.min(1, Math.max(0, chosen ?? usualDecision.threshold)),
    ...(fitted === null ? {} : { temperature: fitted }),
  };
}

function ruleOf(rule: Rule): OperatingRule {
  switch (rule.rule) {
    case 'cost': {
      const { missCost: miss, falseAlarmCost: falseAlarm, prevalence } = rule;
      return { cost: { miss, falseAlarm }, ...(prevalence === undefined ? {} : { prevalence }) };
    }
    case 'miss-rate':
      return { misses: rule.atMost };
    case 'false-alarm-rate':
      return { falseAlarms: rule.atMost };
  }
}

/** Says what a temperature at its limit means; undefined for others. */
export function temperatureRemark({ temperature }: Decision): string | undefined {
  const [least, most] = temperatureLimits;
  if (temperature === undefined || (temperature > least && temperature < most)) return undefined;
  const why =
    temperature >= most
      ? 'its logits say nothing of the label there, and all scores come to about 0.5'
      : 'it is right about every image there, and all scores come to about 0 or 1';
  return `The temperature came to its limit on the validation split: ${why}. Scores are no probabilities.`;
}

/**
 * Says which rate a validation split can show at all: with none of n images wrong, it is at most the upper limit of Wilson's
 * interval. Undefined where that is no more than what was asked for.
 */
export function rateRemark({ threshold }: DecisionOptions, { validation }: DataCounts): string | undefined {
  if (typeof threshold !== 'object' || threshold.rule === 'cost') return undefined;
  const [n, images, wrong] =
    threshold.rule === 'miss-rate'
      ? [validation.defective, 'defective', 'missed']
      : [validation.good, 'good', 'called defective'];
  const { atMost } = threshold;
  const shown = wilsonInterval(0, n).high;
  if (shown <= atMost) return undefined;
  const percent = (rate: number) => `${(100 * rate).toFixed(1)}%`;
  const z2 = criticalValue(0.95) ** 2;
  const needed = atMost > 0 ? `, that takes ${String(Math.ceil((z2 * (1 - atMost)) / atMost))}` : '';
  return (
    `Of ${images} images at most ${percent(atMost)} are to be ${wrong}. The ${String(n)} of the validation split cannot show that` +
    `${needed}: with none of them ${wrong} the rate is at most ${percent(shown)} (95% interval). On new images it may be higher than asked for.`
  );
}
