/** `foveate plugins` */
import type { Command } from 'commander';
import { defaultRunner } from '../runner.js';
import { printTable } from '../terminal/table.js';
import { printJson } from '../terminal/terminal.js';

/** Adds the command. */
export function addPlugins(program: Command): void {
  program
    .command('plugins')
    .description('what a configuration can name')
    .command('list')
    .description('list the plugins by kind')
    .option('--json', 'print one JSON document')
    .action(({ json }: { readonly json?: boolean }) => {
      const list = defaultRunner()
        .registry.list()
        .map(({ meta }) => meta);
      if (json === true) printJson(list, 2);
      else
        printTable(
          ['kind', 'id', 'what it is'],
          list.map(({ kind, id, summary }) => [kind, id, summary]),
        );
    });
}
