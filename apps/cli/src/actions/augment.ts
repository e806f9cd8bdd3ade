/** What `foveate augment` does. */
import { join } from 'node:path';
import { writeAtomically } from '@foveate/contracts/node';
import type { RunConfig } from '@foveate/assembly';
import type { BuiltSet } from '@foveate/pipeline';
import { renderAugmentPreview } from '@foveate/report';
import { requireOwnPage } from '../own-page.js';
import { defaultRunner } from '../runner.js';
import { follow } from '../terminal/follow.js';
import { interruptedCode, interruptible } from '../terminal/interrupt.js';
import { quoted } from '../terminal/quoted.js';
import { printTable } from '../terminal/table.js';
import { note, print, printJson } from '../terminal/terminal.js';

interface CommonOptions {
  readonly seed?: number;
  readonly set: readonly string[];
}

function configOf(file: string, { seed, set }: CommonOptions): Promise<RunConfig> {
  return defaultRunner().readConfig(file, [...set, ...(seed === undefined ? [] : [`seed=${String(seed)}`])]);
}

/** Options of `augment preview`. */
export interface PreviewOptions extends CommonOptions {
  readonly out: string;
  readonly images: number;
  readonly variants: number;
}

/** Writes a page of variants of training images. */
export async function preview(file: string, { out, images, variants, ...common }: PreviewOptions): Promise<void> {
  await requireOwnPage(out, '--out');
  const config = await configOf(file, common);
  const shown = await follow((options) =>
    defaultRunner().previewAugmentation(config, { images, variants, ...options }),
  );
  await writeAtomically(out, renderAugmentPreview(shown));
  print(`Preview     ${out}`);
}

/** Options of `augment build`. */
export interface BuildOptions extends CommonOptions {
  readonly out?: string;
  readonly good: number;
  readonly defective: number;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** The command to type to go on. */
function resumeCommand(file: string, { out, good, defective, seed, set }: BuildOptions): string {
  return [
    `foveate augment build ${quoted(file)} --good ${String(good)} --defective ${String(defective)}`,
    ...(out === undefined ? [] : ['--out', quoted(out)]),
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
    ...set.flatMap((override) => ['--set', quoted(override)]),
    '--resume',
  ].join(' ');
}

/** Multiplies the training split into files. */
export async function build(file: string, options: BuildOptions): Promise<void> {
  const { out, good, defective, resume = false, json } = options;
  const config = await configOf(file, options);
  const folder = out ?? join('augmented', config.name);
  const built = await interruptible(async (signal) => {
    try {
      let set: BuiltSet | undefined;
      const task = defaultRunner().buildAugmentedSet(config, { folder, good, defective, resume, signal });
      await task.forEach((event) => {
        if (event.type === 'result') set = event.result;
        else if (process.stderr.isTTY && event.done % 50 === 0) note(`${String(event.done)} samples written …`);
      });
      return set;
    } catch (error) {
      if (error === signal.reason) return undefined;
      throw error;
    }
  });
  if (built === undefined) {
    process.exitCode = interruptedCode();
    note(`Stopped. Go on with:\n  ${resumeCommand(file, options)}`);
    return;
  }
  if (json === true) {
    printJson(built, 2);
    return;
  }
  const rows = Object.entries(built.counts).map(([split, count]) => [
    split,
    String(count.good),
    String(count.defective),
  ]);
  printTable(['split', 'good', 'defective'], rows);
  print(`\nData set    ${built.folder}\nTrain it    foveate train --config ${built.config}`);
}
