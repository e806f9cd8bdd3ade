/** `foveate demo` */
import { join, resolve } from 'node:path';
import type { Measures, RunRecord } from '@foveate/contracts';
import { readRunRecord } from '@foveate/pipeline';
import type { LoadedData, Runner } from '@foveate/pipeline';
import type { Command } from 'commander';
import { defaultRunner } from '../runner.js';
import { interruptedCode } from '../terminal/exit.js';
import { figures, fixed, percent } from '../terminal/format.js';
import { interruptible } from '../terminal/interrupt.js';
import { printTable } from '../terminal/table.js';
import { colours, note, print } from '../terminal/terminal.js';
import { integer } from './options.js';
import { compareRuns } from './report.js';
import { trainAndShow } from './train.js';

interface DemoOptions {
  readonly out: string;
  readonly epochs: number;
  readonly size: number;
  readonly seed: number;
}

const arms = ['ce', 'ceod'] as const;

async function demo({ out, epochs, size, seed }: DemoOptions): Promise<void> {
  const runner = defaultRunner();
  const loaded = new Map<string, LoadedData>();
  try {
    if (!(await trainArms(runner, loaded, { out, epochs, size, seed }))) return;
  } finally {
    for (const data of loaded.values()) await data.close();
  }
  const folders = arms.map((loss) => join(out, loss));
  const records = await Promise.all(folders.map((folder) => readRunRecord(folder)));
  const path = join(out, 'report.html');
  await compareRuns(folders, path, 'CE and CEOD on synthetic zippers');
  summary(records, path);
}

/** @returns false when the demo was stopped */
async function trainArms(
  runner: Runner,
  loaded: Map<string, LoadedData>,
  { out, epochs, size, seed }: DemoOptions,
): Promise<boolean> {
  const { bold } = colours(process.stdout);
  for (const loss of arms) {
    const config = await runner.makeConfig(
      {
        name: loss,
        seed,
        // Fainter than the source's default: at full strength both losses find every flaw and there is nothing to compare.
        data: { source: { id: 'synthetic-zipper', severity: 0.6 }, size, augment: ['flip-horizontal'] },
        loss,
        training: { epochs, batchSize: 32 },
      },
      out,
    );
    print(bold(`\nTraining with the loss '${loss}'`));
    const folder = join(out, loss);
    // The demo's folders are its own: a second demo replaces the first.
    const completed = await interruptible((signal) =>
      trainAndShow(runner, config, { folder, overwrite: true, signal, loaded }),
    );
    if (!completed) {
      process.exitCode = interruptedCode;
      note('Stopped. Start the demo again to see both losses compared.');
      return false;
    }
  }
  return true;
}

function summary(records: readonly RunRecord[], path: string): void {
  const { bold } = colours(process.stdout);
  print(bold('\nTest split, weights of the epoch with the lowest validation loss'));
  printTable(
    ['loss', ...figures(null).map(([heading]) => heading), 'seconds'],
    records.map(({ loss, test, timing }) => [
      loss.id,
      ...figures(test).map(([, text]) => text),
      timing.totalSeconds.toFixed(0),
    ]),
  );
  const [ce, ceod] = records.map(({ test }) => test ?? {});
  if (ce !== undefined && ceod !== undefined) print(`\n${comparison(ce, ceod)}`);
  print(`\nWhere each of them looks: ${resolve(path)}`);
}

/** What the figures say, whichever way they point. */
function comparison(ce: Measures, ceod: Measures): string {
  const number = (measures: Measures, key: string) => {
    const value = measures[key];
    return typeof value === 'number' ? value : Number.NaN;
  };
  const better = (key: string) => Math.sign(number(ceod, key) - number(ce, key));
  const signs = [better('accuracy'), better('auroc')];
  const verdict = signs.every((sign) => sign === 1)
    ? 'CEOD has the higher figures here'
    : signs.every((sign) => sign === -1)
      ? 'CEOD is not better than CE here, its figures are lower'
      : signs.every((sign) => sign === 0)
        ? 'CEOD is not better than CE here, the figures are the same'
        : signs.includes(0)
          ? `CEOD is not clearly better than CE here, one figure is ${signs.includes(1) ? 'higher' : 'lower'} and the other the same`
          : 'CEOD is not clearly better than CE here, one figure is higher and the other lower';
  const n = number(ceod, 'n');
  return [
    `${verdict}. Accuracy ${percent(ceod['accuracy'])} against ${percent(ce['accuracy'])},`,
    `ROC AUC ${fixed(ceod['auroc'])} against ${fixed(ce['auroc'])}.`,
    `Of its heatmaps ${percent(ceod['aoiShare'])} lies in the area of interest, of CE's ${percent(ce['aoiShare'])}.`,
    `One seed and ${String(n)} test images, of which one makes ${percent(1 / n)}: the report says what chance alone can do.`,
  ].join(' ');
}

/** Adds the command. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description("train on drawn zippers with the paper's two losses, cross-entropy and CEOD, and compare them")
    .option('-o, --out <folder>', 'folder for both runs and the comparison', 'runs/demo')
    .option('--epochs <number>', 'passes over the training images', integer(1), 14)
    .option('--size <pixels>', 'width and height of the network input', integer(16), 112)
    .option('--seed <number>', 'seed of images, split, weights and order', integer(0), 1)
    .addHelpText('after', '\nExample:\n  foveate demo --epochs 5 --size 64')
    .action(demo);
}
