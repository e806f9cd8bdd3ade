/** What `foveate evaluate` does. */
import type { SplitName } from '@foveate/contracts';
import { defaultRunner } from '../runner.js';
import { follow } from '../terminal/follow.js';
import { printMeasures } from '../terminal/measures.js';
import { colours, note, printJson } from '../terminal/terminal.js';

/** Options of `evaluate`. */
export interface EvaluateOptions {
  readonly split: SplitName;
  readonly json?: boolean;
}

/** Measures the best checkpoint of a run again. */
export async function evaluate(folder: string, { split, json }: EvaluateOptions): Promise<void> {
  const evaluation = await follow((options) => defaultRunner().evaluate(folder, split, options));
  if (json === true) {
    printJson(evaluation, 2);
    return;
  }
  for (const message of evaluation.warnings) note(colours(process.stderr).yellow(`warning: ${message}`));
  printMeasures(['run', 'split'], [{ cells: [evaluation.name, split], measures: evaluation.measures }]);
}
