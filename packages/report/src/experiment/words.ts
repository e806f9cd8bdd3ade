/** What an experiment shows, in sentences and without favour. */
import { range } from '../format.js';
import type { ArmDifference, ExperimentCell, ExperimentResult, MeasureResult } from './result.js';
import { cellName, written, writtenDifference } from './tables.js';

/** Every difference of the first measure that is shown, or that none is. */
export function findings({ measures }: ExperimentResult): readonly string[] {
  const [first] = measures;
  if (first === undefined) return ['No run is complete.'];
  const all = first.cells.flatMap((cell) => cell.differences.map((one) => ({ cell, one })));
  if (all.length === 0) return [];
  const shown = all.filter(({ one }) => one.finding !== 'not shown');
  if (shown.length > 0) return shown.map(({ cell, one }) => sentence(one, cell, first));
  const isTested = all.some(({ one }) => one.adjusted !== null);
  return [`No difference in ${first.measure.title} is shown${isTested ? '' : ': that takes two seeds at least'}.`];
}

function sentence(one: ArmDifference, cell: ExperimentCell, { measure, cells }: MeasureResult): string {
  const mean = (arm: string) => cell.arms.find((result) => result.arm === arm)?.estimate?.mean ?? NaN;
  const { estimate, arm, baseline, finding } = one;
  const interval =
    estimate?.interval == null ? '' : ` (95%: ${range(estimate.interval, (at) => writtenDifference(at, measure))})`;
  return (
    `${cellName(cell, cells)}: ${arm} is ${finding} than ${baseline} in ${measure.title}, ` +
    `${written(mean(arm), measure)} against ${written(mean(baseline), measure)}, ` +
    `a difference of ${writtenDifference(estimate?.mean ?? 0, measure)}${measure.isShare ? ' points' : ''}${interval}.`
  );
}
