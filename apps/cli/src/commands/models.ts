/** `foveate models` */
import type { Command } from 'commander';
import type { ModelsOptions, ShowOptions } from '../actions/models.js';
import { collect, integer } from './options.js';

/** Adds the command. */
export function addModels(program: Command): void {
  const models = program.command('models').description('what networks there are and what they cost');
  const common = (command: Command): Command =>
    command
      .option('--size <pixels>', 'height and width of the images', integer(16), 224)
      .option('--classes <n>', 'number of classes', integer(1), 2)
      .option('--json', 'print one JSON document');
  common(models.command('list').description('list the models with parameters and multiply-adds')).action(
    async (options: ModelsOptions) => (await import('../actions/models.js')).list(options),
  );
  common(models.command('show <id>').description('show the layers of a model'))
    .option('--set <key=value>', 'change the configuration, for example model.width=0.5', collect, [])
    .addHelpText(
      'after',
      '\nExamples:\n  foveate models show efficientnet-b0 --classes 1000\n  foveate models show mobilenet-v2 --set model.width=0.5',
    )
    .action(async (id: string, options: ShowOptions) => (await import('../actions/models.js')).show(id, options));
}
