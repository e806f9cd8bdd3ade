/** `foveate pipeline` */
import type { Command } from 'commander';
import type { PipelineRunOptions, ShowOptions } from '../actions/pipeline.js';
import { collect } from './options.js';

/** Adds the command. */
export function addPipeline(program: Command): void {
  const pipeline = program.command('pipeline').description('show or run the stages that a configuration lists');
  pipeline
    .command('show')
    .description('print what a run would be put together from: stages, ports, plugins; reads no data')
    .argument('<config>', 'configuration, YAML or JSON')
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect, [])
    .option('--json', 'print one JSON document')
    .option('--mermaid', 'print a Mermaid flowchart, for documents')
    .addHelpText('after', '\nExample:\n  foveate pipeline show examples/filter-stage/pipeline.yaml')
    .action(async (config: string, options: ShowOptions) =>
      (await import('../actions/pipeline.js')).show(config, options),
    );
  pipeline
    .command('run')
    .description('run the stages of a configuration; the usual ones do what foveate train does')
    .argument('<config>', 'configuration, YAML or JSON')
    .option('-o, --out <folder>', 'run folder (default: runs/<name of the configuration>)')
    .option('--resume', 'go on with the run in the folder')
    .option('--overwrite', 'replace the run in the folder')
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect, [])
    .option('--json', 'print events as JSON Lines, and nothing else')
    .addHelpText('after', '\nExample:\n  foveate pipeline run examples/write-masks/pipeline.yaml --out masks')
    .action(async (config: string, options: PipelineRunOptions) =>
      (await import('../actions/pipeline.js')).runPipeline(config, options),
    );
}
