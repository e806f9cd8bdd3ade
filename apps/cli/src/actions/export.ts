/** What `foveate export` does. */
import { join } from 'node:path';
import type { ExportFormat } from '@foveate/export/formats';
import { defaultRunner } from '../runner.js';
import { follow } from '../terminal/follow.js';
import { print, printJson } from '../terminal/terminal.js';

/** Options of `export`. */
export interface ExportFlags {
  readonly format: ExportFormat;
  readonly out?: string;
  readonly heatmap?: boolean;
  readonly normalise?: boolean;
  readonly half?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

const inUnits = (size: number): string =>
  size < 1e6 ? `${String(Math.ceil(size / 1e3))} kB` : `${(size / 1e6).toFixed(1)} MB`;

/** Writes the best checkpoint of a run as a model file that runs elsewhere. */
export async function exportModel(
  run: string,
  { format, out, half = false, json, ...flags }: ExportFlags,
): Promise<void> {
  const { heatmap = false, normalise = false, overwrite = false } = flags;
  const folder = out ?? join(run, 'export', format);
  const precision = half ? 'float16' : 'float32';
  const options = { format, folder, heatmap, normalise, precision, overwrite } as const;
  const exported = await follow((stop) => defaultRunner().export(run, { ...options, ...stop }));
  if (json === true) {
    printJson(exported, 2);
    return;
  }
  for (const { name, size } of exported.files) print(`${join(exported.folder, name)}  ${inUnits(size)}`);
  const { on, count, differences } = exported.check;
  const largest = Object.entries(differences);
  if (on === 'weights') print(`checked: ${String(count)} tensors read back, all equal`);
  else {
    const figures = largest.map(([name, difference]) => `${name} ${difference.toExponential(1)}`).join(', ');
    print(`checked on ${String(count)} ${on}, largest relative difference from the run: ${figures}`);
  }
}
