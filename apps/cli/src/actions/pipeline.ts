/** What `foveate pipeline` does. */
import { pipelineMermaid, type DescribedPlugin } from '@foveate/pipeline';
import { defaultRunner } from '../runner.js';
import { printTable } from '../terminal/table.js';
import { print, printJson } from '../terminal/terminal.js';
import { train, type TrainOptions } from './train.js';

/** Options of `pipeline show`. */
export interface ShowOptions {
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly mermaid?: boolean;
}

/** Prints the stages of a configuration and the plugins they work with. */
export async function show(file: string, { set, json, mermaid }: ShowOptions): Promise<void> {
  const runner = defaultRunner();
  const described = await runner.describePipeline(await runner.readConfig(file, set));
  if (json === true) return printJson(described, 2);
  if (mermaid === true) return print(pipelineMermaid(described));
  printTable(
    ['stage', 'takes', 'gives', 'from', 'what it does'],
    described.stages.map((stage) => [stage.id, stage.takes ?? 'nothing', stage.gives, origin(stage), stage.summary]),
  );
  print();
  printTable(
    ['place', 'plugin', 'from'],
    described.plugins.map((plugin) => [plugin.place, plugin.id, origin(plugin)]),
  );
}

function origin({ package: name, version }: DescribedPlugin): string {
  return name === null ? 'Foveate' : [name, version ?? ''].join(' ').trim();
}

/** Options of `pipeline run`. */
export type PipelineRunOptions = Omit<TrainOptions, 'config' | 'showConfig' | 'seed'>;

/** Runs the stages of a configuration. */
export function runPipeline(config: string, options: PipelineRunOptions): Promise<void> {
  return train({ ...options, config }, 'pipeline run');
}
