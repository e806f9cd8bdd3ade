/** `foveate evaluate` */
import { splitNames } from '@foveate/contracts';
import type { SplitName } from '@foveate/contracts';
import { Option } from 'commander';
import type { Command } from 'commander';
import { defaultRunner } from '../runner.js';
import { interruptible } from '../terminal/interrupt.js';
import { printMeasures } from '../terminal/measures.js';
import { colours, note, printJson } from '../terminal/terminal.js';

async function evaluate(
  folder: string,
  { split, json }: { readonly split: SplitName; readonly json?: boolean },
): Promise<void> {
  const evaluation = await interruptible((signal) => defaultRunner().evaluate(folder, split, signal));
  if (json === true) {
    printJson(evaluation, 2);
    return;
  }
  for (const message of evaluation.warnings) note(colours(process.stderr).yellow(`warning: ${message}`));
  printMeasures(['run', 'split'], [{ cells: [evaluation.name, split], measures: evaluation.measures }]);
}

/** Adds the command. */
export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('measure the best checkpoint of a run again, on the samples the run was made with')
    .argument('<run>', 'run folder')
    .addOption(new Option('--split <name>', 'part of the data').choices(splitNames).default('test'))
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  foveate evaluate runs/demo/ceod --split validation --json')
    .action(evaluate);
}
