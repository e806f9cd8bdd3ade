/** `foveate schema` */
import type { Command } from 'commander';

/** Adds the command. */
export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of configurations, for editors')
    .argument('[names...]', 'configurations, or plugin packages: what else may be named')
    .addHelpText(
      'after',
      `
Examples:
  foveate schema > foveate.schema.json
  foveate schema my.yaml > foveate.schema.json
  foveate schema @acme/foveate-loss-focal > foveate.schema.json

A configuration names its schema for editors in a line of its own:
  $schema: ./foveate.schema.json`,
    )
    .action(async (names: string[]) => (await import('../actions/schema.js')).schema(names));
}
