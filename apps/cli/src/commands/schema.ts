/** `foveate schema` */
import type { Command } from 'commander';
import { defaultRunner } from '../runner.js';
import { printJson } from '../terminal/terminal.js';

/** Adds the command. */
export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of configurations, for editors')
    .addHelpText('after', '\nExample:\n  foveate schema > foveate.schema.json')
    .action(async () => {
      printJson(await defaultRunner().jsonSchema(), 2);
    });
}
