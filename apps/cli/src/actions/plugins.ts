/** What `foveate plugins` does. */
import { defaultRunner } from '../runner.js';
import { printTable } from '../terminal/table.js';
import { printJson } from '../terminal/terminal.js';

/** Options of `plugins list`. */
export interface ListOptions {
  readonly json?: boolean;
}

/** Lists the plugins that are known, those of the named packages and configurations too. */
export async function list(names: readonly string[], { json }: ListOptions): Promise<void> {
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
