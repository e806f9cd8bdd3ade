/** What an experiment shows, in sentences and without favour. */
import { range } from '../format.js';
import { fewestSeeds } from './result.js';
import type { ArmDifference, ExperimentCell, ExperimentResult, MeasureResult } from './result.js';
import { cellName, written, writtenDifference } from './tables.js';

/** Every difference of the first measure that is shown, or that none is; of other measures where one arm beats another. */
export function findings({ measures }: ExperimentResult): readonly string[] {
  const [first, ...others] = measures;
  if (first === undefined) return ['No run is complete.'];
  const all = first.cells.flatMap((cell) => cell.differences.map((one) => ({ cell, one })));
  if (all.length === 0) return [];
  const shown = all.filter(({ one }) => one.finding !== 'not shown');
  const isTested = all.some(({ one }) => one.estimate === null || one.estimate.n >= fewestSeeds);
  const why = isTested ? '' : `: that takes ${String(fewestSeeds)} seeds at least`;
  return [
    ...(shown.length > 0
      ? shown.map(({ cell, one }) => sentence(one, cell, first))
      : [`No difference in ${first.measure.title} is shown${why}.`]),
    ...others.flatMap(briefly),
  ];
}

/** Where one arm is better or worse than another, without the figures. */
function briefly({ measure, cells }: MeasureResult): readonly string[] {
  const places = new Map<string, string[]>();
  for (const cell of cells) {
    for (const { arm, baseline, finding } of cell.differences) {
      if (finding === 'not shown') continue;
      const key = `${arm} is ${finding} than ${baseline}`;
      places.set(key, [...(places.get(key) ?? []), cellName(cell, cells)]);
    }
  }
  return [...places].map(([who, where]) => `${measure.title}: ${who} (${where.join(', ')}).`);
}

function sentence(one: ArmDifference, cell: ExperimentCell, { measure, cells }: MeasureResult): string {
  const { estimate, arm, baseline, finding } = one;
  const [ofArm = [], ofBaseline = []] = [arm, baseline].map(
    (name) => cell.arms.find((result) => result.arm === name)?.values,
  );
  // Of the seeds that both have: the difference is theirs.
  const pairs = ofArm.flatMap((value, seed) => {
    const other = ofBaseline[seed] ?? null;
    return value === null || other === null ? [] : [[value, other] as const];
  });
  const mean = (at: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
  const interval =
    estimate?.interval == null ? '' : ` (95%: ${range(estimate.interval, (at) => writtenDifference(at, measure))})`;
  return (
    `${cellName(cell, cells)}: ${arm} is ${finding} than ${baseline} in ${measure.title}, ` +
    `${written(mean(0), measure)} against ${written(mean(1), measure)}, ` +
    `a difference of ${writtenDifference(estimate?.mean ?? 0, measure)}${measure.isShare ? ' points' : ''}${interval}.`
  );
}
