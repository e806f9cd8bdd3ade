/** `foveate augment` */
import { join } from 'node:path';
import { writeAtomically } from '@foveate/contracts/node';
import type { RunConfig } from '@foveate/assembly';
import { renderAugmentPreview } from '@foveate/report';
import type { Command } from 'commander';
import { requireOwnPage } from '../own-page.js';
import { defaultRunner } from '../runner.js';
import { CountBar } from '../terminal/count-bar.js';
import { interruptedCode, interruptible } from '../terminal/interrupt.js';
import { quoted } from '../terminal/quoted.js';
import { printTable } from '../terminal/table.js';
import { note, print, printJson } from '../terminal/terminal.js';
import { collect, integer } from './options.js';

interface CommonOptions {
  readonly seed?: number;
  readonly set: readonly string[];
}

function configOf(file: string, { seed, set }: CommonOptions): Promise<RunConfig> {
  return defaultRunner().readConfig(file, [...set, ...(seed === undefined ? [] : [`seed=${String(seed)}`])]);
}

interface PreviewOptions extends CommonOptions {
  readonly out: string;
  readonly images: number;
  readonly variants: number;
}

async function preview(file: string, { out, images, variants, ...common }: PreviewOptions): Promise<void> {
  await requireOwnPage(out, '--out');
  const config = await configOf(file, common);
  const bar = new CountBar();
  const onProgress = (done: number, total: number) => {
    bar.show('images', done, total);
  };
  const shown = await defaultRunner()
    .previewAugmentation(config, { images, variants, onProgress })
    .finally(() => {
      bar.clear();
    });
  await writeAtomically(out, renderAugmentPreview(shown));
  print(`Preview     ${out}`);
}

interface BuildOptions extends CommonOptions {
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

async function build(file: string, options: BuildOptions): Promise<void> {
  const { out, good, defective, resume = false, json } = options;
  const config = await configOf(file, options);
  const onSample = (written: number) => {
    if (process.stderr.isTTY && written % 50 === 0) note(`${String(written)} samples written …`);
  };
  const folder = out ?? join('augmented', config.name);
  const built = await interruptible(async (signal) => {
    try {
      return await defaultRunner().buildAugmentedSet(config, { folder, good, defective, resume, onSample, signal });
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

/** Adds the commands. */
export function addAugment(program: Command): void {
  const augment = program.command('augment').description('look at augmentation, or multiply a data set with it');
  augment
    .command('preview')
    .description('write a page of training images before and after augmentation, with their masks and what was drawn')
    .argument('<config>', 'configuration, YAML or JSON')
    .option('-o, --out <file>', 'HTML file', 'augmentation.html')
    .option('--images <number>', 'training images', integer(1, 100), 6)
    .option('--variants <number>', 'variants of each: what training sees in so many epochs', integer(1, 50), 4)
    .option('--seed <number>', 'seed, in place of that of the configuration', integer(0))
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect, [])
    .addHelpText('after', '\nExample:\n  foveate augment preview examples/magnetic-tile-band.yaml --images 8')
    .action(preview);
  augment
    .command('build')
    .description('multiply the training split into ordinary files; validation and test are kept as they are')
    .argument('<config>', 'configuration, YAML or JSON')
    .requiredOption('--good <number>', 'good training samples wanted, originals included', integer(0))
    .requiredOption('--defective <number>', 'defective training samples wanted, originals included', integer(0))
    .option('-o, --out <folder>', 'folder (default: augmented/<name of the configuration>)')
    .option('--resume', 'go on with the build in the folder')
    .option('--seed <number>', 'seed, in place of that of the configuration', integer(0))
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect, [])
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Example:
  foveate augment build my.yaml --good 216 --defective 184 --out data/multiplied
  foveate train --config data/multiplied/config.yaml`,
    )
    .action(build);
}
