/** What `foveate weights` does. */
import { existsSync } from 'node:fs';
import { fail, nearestNames } from '@foveate/contracts';
import {
  cachedPath,
  identifyWeights,
  knownWeights,
  obtainWeights,
  readWeights,
  type KnownWeights,
} from '@foveate/preset-default';
import { newBar } from '../terminal/bar.js';
import { interruptible } from '../terminal/interrupt.js';
import { printTable } from '../terminal/table.js';
import { note, print, printJson } from '../terminal/terminal.js';

/** Options of the commands that list. */
export interface JsonOption {
  readonly json?: boolean;
}

const nameOf = ({ architecture, tag }: KnownWeights): string => `${architecture}/${tag}`;

function find(name: string): KnownWeights {
  const known = knownWeights.find((weights) => nameOf(weights) === name);
  if (known !== undefined) return known;
  const [near] = nearestNames(name, knownWeights.map(nameOf));
  const advice = near === undefined ? "Choose one of 'foveate weights list'" : `Did you mean '${near}'?`;
  throw fail({
    code: 'CONFIG_INVALID',
    what: `There are no known weights '${name}'`,
    expected: 'architecture/tag',
    advice,
  });
}

/** Lists the weights that are known. */
export function list({ json }: JsonOption): void {
  const all = knownWeights.map((weights) => {
    const path = cachedPath(weights);
    return { name: nameOf(weights), ...weights, path, here: existsSync(path) };
  });
  if (json === true) {
    printJson(all, 2);
    return;
  }
  printTable(
    ['weights', 'MB', 'classes', 'padding', 'here', 'licence'],
    all.map(({ name, megabytes, classes, padding, here, licence }) => [
      name,
      megabytes.toFixed(1),
      classes === 0 ? '–' : String(classes),
      padding,
      here ? 'yes' : '–',
      licence,
    ]),
  );
}

/** Says where known weights are kept. */
export function showPath(name: string): void {
  const known = find(name);
  note(known.url);
  print(cachedPath(known));
}

/** Downloads known weights, going on where it broke off. */
export async function downloadAll(names: readonly string[]): Promise<void> {
  for (const known of names.map(find)) {
    const bar = newBar(`${nameOf(known)} [{bar}] {value}/{total} MB`);
    const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
    let begun = false;
    try {
      const path = await interruptible((signal) =>
        obtainWeights(known, {
          signal,
          onProgress: (received, total) => {
            if (!process.stderr.isTTY) return;
            if (begun) bar.update(megabytes(received));
            else bar.start(total === undefined ? known.megabytes : megabytes(total), megabytes(received));
            begun = true;
          },
        }),
      );
      print(path);
    } finally {
      if (begun) bar.stop();
    }
  }
}

/** Shows what a file of weights holds. */
export async function inspect(path: string, { json }: JsonOption): Promise<void> {
  const file = await readWeights(path);
  const tensors = file.entries.map(({ name, shape, stored, tensor }) => ({
    name,
    shape,
    stored,
    usable: tensor !== undefined,
  }));
  const identification = await identifyWeights(file);
  if (json === true) {
    const { format, metadata } = file;
    printJson({ path, format, metadata, identification: identification ?? null, tensors }, 2);
    return;
  }
  printTable(
    ['tensor', 'shape', 'stored as', 'used'],
    tensors.map(({ name, shape, stored, usable }) => [
      name,
      shape.join('x') || 'scalar',
      stored,
      usable ? 'yes' : 'no',
    ]),
  );
  const values = file.entries.reduce((sum, { tensor }) => sum + (tensor?.data.length ?? 0), 0);
  note(`\n${file.format}: ${tensors.length} tensors, ${values.toLocaleString('en-US')} values`);
  for (const [key, text] of Object.entries(file.metadata)) note(`${key}: ${text}`);
  if (identification === undefined) {
    note('Of no architecture of the zoo at its usual width');
    return;
  }
  const { architecture, options, scheme, matched, variables } = identification;
  const settings = Object.entries(options).map(([key, value]) => `, with ${key}: ${String(value)}`);
  note(`${architecture} as ${scheme} names it, ${matched} of ${variables} variables${settings.join('')}`);
}
