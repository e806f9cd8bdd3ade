/** `foveate evaluate` */
import { splitNames } from '@foveate/contracts';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { EvaluateOptions } from '../actions/evaluate.js';

/** Adds the command. */
export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('measure the best checkpoint of a run again, on the samples the run was made with')
    .argument('<run>', 'run folder')
    .addOption(new Option('--split <name>', 'part of the data').choices(splitNames).default('test'))
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  foveate evaluate runs/demo/ceod --split validation --json')
    .action(async (run: string, options: EvaluateOptions) =>
      (await import('../actions/evaluate.js')).evaluate(run, options),
    );
}
