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
    .argument('[names...]', 'configurations, or plugin packages: what else may be named')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  foveate plugins list my.yaml\n  foveate plugins list @acme/foveate-loss-focal',
    )
    .action(list);
}

async function list(names: readonly string[], { json }: { readonly json?: boolean }): Promise<void> {
  const entries = (await defaultRunner().knownPlugins(names)).list();
  if (json === true) {
    printJson(
      entries.map(({ meta, packageName }) => (packageName === undefined ? meta : { ...meta, package: packageName })),
      2,
    );
    return;
  }
  const foreign = entries.some(({ packageName }) => packageName !== undefined);
  printTable(
    ['kind', 'id', 'what it is', ...(foreign ? ['package'] : [])],
    entries.map(({ meta: { kind, id, summary }, packageName = '' }) => [
      kind,
      id,
      summary,
      ...(foreign ? [packageName] : []),
    ]),
  );
}
