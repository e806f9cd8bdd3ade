/** `foveate experiment` */
import type { Command } from 'commander';
import type { ExperimentFlags } from '../actions/experiment.js';
import { collect, integer } from './options.js';

/** Options that `experiment` and `reproduce` have in common. */
export function experimentOptions(command: Command): Command {
  return command
    .option('-o, --out <folder>', 'folder for runs, report and tables (default: experiments/<name>)')
    .option(
      '--jobs <number>',
      'runs at a time (default: one, or processors / engine.threads where the configuration sets that)',
      integer(1, 64),
    )
    .option('--set <key=value>', 'override a key of all configurations; may be repeated', collect, [])
    .option('--overwrite', 'do runs anew that were made with another configuration')
    .option('--report-only', 'train nothing, report what is there')
    .option('--json', 'print the results as one JSON document');
}

/** Adds the command. */
export function addExperiment(program: Command): void {
  experimentOptions(
    program
      .command('experiment')
      .description('run every arm on all data with every model and seed, and compare them')
      .argument('<file>', 'file of the experiment, YAML or JSON'),
  )
    .addHelpText(
      'after',
      `
Runs that are complete and unchanged are skipped: after Ctrl-C, or when seeds or arms were added, type the same again. One that
fails is told of and does not stop the others.

Example:
  foveate experiment my-experiment.yaml --jobs 2`,
    )
    .action(async (file: string, flags: ExperimentFlags) =>
      (await import('../actions/experiment.js')).experiment(file, flags),
    );
}
