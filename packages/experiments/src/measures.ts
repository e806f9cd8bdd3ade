/** What is measured of a run, from what it predicted. */
import { groupName, type Label } from '@foveate/contracts';
import type { PredictionRecord, SampleRecord } from '@foveate/run-record';
import type { ExperimentMeasure } from '@foveate/report';
import {
  auroc,
  aurocOfDrawn,
  falseAlarmsAtRecall,
  groupAccuracies,
  operatingPoint,
  recallAtFalseAlarms,
  worstGroup,
} from '@foveate/statistics';

/** A test image and what a run said of it. */
export interface TestImage {
  readonly id: string;
  readonly label: Label;
  readonly score: number;
  /** Called defective by the run's own threshold. */
  readonly alarm: boolean;
  /** Not defective, though something is wrong outside of its area of interest. */
  readonly onlyOutside: boolean;
  /** Label and attributes; undefined without attributes. */
  readonly group: string | undefined;
}

/** A measure of test images. */
export interface ImageMeasure extends ExperimentMeasure {
  /** Whether it is also measured on images drawn anew: those that sort the images each time would take minutes. */
  readonly isDrawnAnew: boolean;
  /** Null where it is not defined: with one class, or without such images. */
  of(images: readonly TestImage[]): number | null;
  /** The same of images drawn from these, by their numbers, where that can be had for less. */
  ofDrawn?(images: readonly TestImage[]): (drawn: readonly number[]) => number | null;
}

/** Test images of a run in order of their ids. */
export function testImages(
  predictions: readonly PredictionRecord[],
  samples: readonly SampleRecord[],
  threshold: number,
): readonly TestImage[] {
  const byId = new Map(samples.map((sample) => [sample.id, sample]));
  return predictions
    .filter(({ split }) => split === 'test')
    .map(({ id, label, score }): TestImage => {
      const { attributes, defectTypes = [] } = byId.get(id) ?? {};
      return {
        id,
        label,
        score,
        alarm: score >= threshold,
        onlyOutside: label === 0 && defectTypes.length > 0,
        group: attributes === undefined ? undefined : groupName(label, attributes),
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

const lists = (images: readonly TestImage[]) =>
  [images.map(({ score }) => score), images.map(({ label }) => label)] as const;

const shareOf = <T>(items: readonly T[], is: (item: T) => boolean) =>
  items.length === 0 ? null : items.filter(is).length / items.length;

/** Share of the defective that has to be found where false alarms are compared. */
const recall = 0.95;

/** Share of good ones that may be called defective where recall is compared. */
const falseAlarms = 0.05;

/** Measures of test images, the most telling first. */
export const imageMeasures: readonly ImageMeasure[] = [
  {
    key: 'auroc',
    isDrawnAnew: true,
    title: 'ROC AUC',
    better: 'higher',
    isShare: false,
    isBounded: true,
    of: (images) => auroc(...lists(images)),
    ofDrawn: (images) => aurocOfDrawn(...lists(images)),
  },
  {
    key: 'worstGroup',
    isDrawnAnew: true,
    title: 'Worst group',
    note: 'The lowest accuracy of the groups of label and attributes, at the threshold of the run.',
    better: 'higher',
    isShare: true,
    isBounded: true,
    of: (images) => {
      const grouped = images.flatMap(({ group, alarm, label }) =>
        group === undefined ? [] : [{ group, correct: alarm === (label === 1) }],
      );
      return worstGroup(groupAccuracies(grouped))?.accuracy ?? null;
    },
  },
  {
    key: 'accuracy',
    isDrawnAnew: true,
    title: 'Accuracy',
    note: 'At the threshold of the run.',
    better: 'higher',
    isShare: true,
    isBounded: true,
    of: (images) => shareOf(images, ({ alarm, label }) => alarm === (label === 1)),
  },
  {
    key: 'recallAtFalseAlarms',
    isDrawnAnew: false,
    title: `Recall at ${String(100 * falseAlarms)}% false alarms`,
    better: 'higher',
    isShare: true,
    isBounded: true,
    of: (images) => recallAtFalseAlarms(falseAlarms, ...lists(images)),
  },
  {
    key: 'falseAlarmsAtRecall',
    isDrawnAnew: false,
    title: `False alarms at ${String(100 * recall)}% recall`,
    better: 'lower',
    isShare: true,
    isBounded: true,
    of: (images) => falseAlarmsAtRecall(recall, ...lists(images)),
  },
  {
    key: 'outsideAlarms',
    isDrawnAnew: true,
    title: 'False alarms by flaws outside',
    note: 'Of good images with a flaw outside the area of interest, those called defective at the threshold of the run.',
    better: 'lower',
    isShare: true,
    isBounded: true,
    of: (images) =>
      shareOf(
        images.filter(({ onlyOutside }) => onlyOutside),
        ({ alarm }) => alarm,
      ),
  },
  {
    key: 'outsideAlarmsAtRecall',
    isDrawnAnew: false,
    title: `False alarms by flaws outside at ${String(100 * recall)}% recall`,
    note: 'The same where each run has the threshold that finds as many of the defective: equal recall.',
    better: 'lower',
    isShare: true,
    isBounded: true,
    of: (images) => {
      const point = operatingPoint(...lists(images), { misses: 1 - recall });
      const outside = images.filter(({ onlyOutside }) => onlyOutside);
      return point === null ? null : shareOf(outside, ({ score }) => score >= point.threshold);
    },
  },
];

/** Measured by audits, of whole runs. */
export const flipMeasures: readonly (ExperimentMeasure & { readonly side: 'outside' | 'inside' })[] = [
  {
    key: 'outsideFlips',
    title: 'Verdicts changed by what is outside',
    note: 'Test images changed outside their area of interest in several ways: how often the verdict changed. It should not; one who always says the same changes nothing either.',
    better: 'lower',
    isShare: true,
    isBounded: true,
    side: 'outside',
  },
];
