/** What `foveate schema` does. */
import { defaultRunner } from '../runner.js';
import { printJson } from '../terminal/terminal.js';

/** Prints the JSON Schema of configurations. */
export async function schema(names: readonly string[]): Promise<void> {
  printJson(await defaultRunner().jsonSchema(names), 2);
}
