/** `foveate plugins` */
import type { Command } from 'commander';
import type { ListOptions } from '../actions/plugins.js';

/** Adds the command. */
export function addPlugins(program: Command): void {
  program
    .command('plugins')
    .description('what a configuration can name')
    .command('list')
    .description('list the plugins by kind')
    .argument('[names...]', 'configurations, or plugin packages: what else may be named')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  foveate plugins list my.yaml\n  foveate plugins list @acme/foveate-loss-focal',
    )
    .action(async (names: string[], options: ListOptions) =>
      (await import('../actions/plugins.js')).list(names, options),
    );
}
