/** Pairs of runs of one seed, on the test images of both: what chance among the images alone would do. */
import { delongTest, mcnemarExact } from '@foveate/statistics';
import type { comparedArms } from './compared-arms.js';
import type { FinishedRun } from './finished-run.js';

const columns = [
  'data',
  'model',
  'arm',
  'baseline',
  'seed',
  'images',
  'aurocDifference',
  'low',
  'high',
  'delongP',
  'onlyArmRight',
  'onlyBaselineRight',
  'mcnemarP',
];

/**
 * A row for each compared pair of arms and seed: DeLong's test of ROC AUC, arm minus baseline with its 95% interval, and McNemar's
 * exact test of the verdicts. Both speak of other images and not of other trainings: findings are those over seeds.
 * @param runs comparable ones: of one seed, data and model they have the same images
 * @param compared as {@link comparedArms} has them
 */
export function pairRows(
  runs: readonly FinishedRun[],
  compared: ReturnType<typeof comparedArms>,
): readonly (readonly string[])[] {
  const rows = runs
    .filter(({ images }) => images.length > 0)
    .flatMap((run) =>
      compared.flatMap(([of, baseline]) => {
        if (of !== run.plan.arm) return [];
        const other = runs.find(
          ({ plan: { arm, data, model, seed } }) =>
            arm === baseline && data === run.plan.data && model === run.plan.model && seed === run.plan.seed,
        );
        return other === undefined ? [] : [pairRow(run, other)];
      }),
    );
  return [columns, ...rows];
}

function pairRow({ plan, images }: FinishedRun, other: FinishedRun): readonly string[] {
  const scores = (of: FinishedRun['images']) => of.map(({ score }) => score);
  const test = delongTest(
    scores(other.images),
    scores(images),
    images.map(({ label }) => label),
  );
  const isRight = ({ alarm, label }: FinishedRun['images'][number]) => alarm === (label === 1);
  const rights = images.map((image, index) => [isRight(image), isRight(other.images[index] ?? image)] as const);
  const onlyArm = rights.filter(([arm, baseline]) => arm && !baseline).length;
  const onlyBaseline = rights.filter(([arm, baseline]) => baseline && !arm).length;
  const { arm, data, model, seed } = plan;
  const figures = [test?.difference, test?.interval?.low, test?.interval?.high, test?.p];
  const number = (value: number | null | undefined) => (value == null ? '' : String(Number(value.toPrecision(6))));
  return [
    ...[data, model, arm, other.plan.arm, String(seed), String(images.length)],
    ...figures.map(number),
    ...[String(onlyArm), String(onlyBaseline), number(mcnemarExact(onlyBaseline, onlyArm))],
  ];
}
