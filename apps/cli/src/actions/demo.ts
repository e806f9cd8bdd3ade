/** What `foveate demo` does. */
import { join, resolve } from 'node:path';
import type { Measures } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import { readRunRecord } from '@foveate/run-record/node';
import type { LoadedData, Runner } from '@foveate/pipeline';
import { defaultRunner } from '../runner.js';
import { fixed, percent } from '../terminal/format.js';
import { interruptedCode, interruptible } from '../terminal/interrupt.js';
import { onlyAnswer, printUndefined } from '../terminal/measures.js';
import { printTable } from '../terminal/table.js';
import { colours, note, print } from '../terminal/terminal.js';
import { compareRuns } from './report.js';
import { trainAndShow } from './train.js';

/** Options of `demo`. */
export interface DemoOptions {
  readonly out: string;
  readonly epochs: number;
  readonly size: number;
  readonly seed: number;
  /** Share of the training images whose sticker tells the label: on defective images, and missing on good ones. */
  readonly shortcut: number;
}

/** What is compared: two losses, and the preset. */
const arms = [
  { name: 'ce', settings: { loss: 'ce' }, what: "with cross-entropy, 'ce'" },
  { name: 'ceod', settings: { loss: 'ceod' }, what: "with the paper's loss, 'ceod'" },
  { name: 'aoi', settings: { preset: 'aoi' }, what: "with the preset 'aoi'" },
] as const;

/** Trains on drawn zippers in several ways and compares what was learned. */
export async function demo(options: DemoOptions): Promise<void> {
  const { out, shortcut } = options;
  const runner = defaultRunner();
  const loaded = new Map<string, LoadedData>();
  print(question(shortcut));
  try {
    if (!(await trainArms(runner, loaded, options))) return;
  } finally {
    for (const data of loaded.values()) await data.work.close();
  }
  const folders = arms.map(({ name }) => join(out, name));
  const records = await Promise.all(folders.map((folder) => readRunRecord(folder)));
  const path = join(out, 'report.html');
  await compareRuns(folders, path, {
    title: 'Zippers with a sticker: ce, ceod and aoi',
    introduction: question(shortcut).replaceAll('\n', ' '),
  });
  summary(records, path, shortcut);
}

/** The task in plain words. */
function question(shortcut: number): string {
  return [
    'Drawn zippers: damaged teeth are a defect, damaged cloth is not. In training a sticker lies on the cloth of',
    `${percent(shortcut)} of the defective and ${percent(1 - shortcut)} of the good ones; in the test of half of either.`,
    shortcut === 0.5
      ? 'So it never says anything.'
      : 'Who learned the sticker instead of the teeth will fail where it says the wrong thing.',
  ].join('\n');
}

/** @returns false when the demo was stopped */
async function trainArms(
  runner: Runner,
  loaded: Map<string, LoadedData>,
  { out, epochs, size, seed, shortcut }: DemoOptions,
): Promise<boolean> {
  const { bold } = colours(process.stdout);
  for (const { name, settings, what } of arms) {
    const config = await runner.makeConfig(
      {
        name,
        seed,
        data: {
          source: {
            id: 'synthetic-zipper',
            good: 300,
            defective: 300,
            // The source draws nothing smaller.
            size: Math.max(64, size),
            mark: { defective: shortcut, good: 1 - shortcut },
            split: { train: 0.25, validation: 0.08 },
          },
          split: 'source',
          size,
          augment: ['flip-horizontal'],
        },
        ...settings,
        training: { epochs, batchSize: 16 },
      },
      out,
    );
    print(bold(`\nTraining ${what}`));
    const folder = join(out, name);
    // The demo's folders are its own: a second demo replaces the first.
    const completed = await interruptible((signal) =>
      trainAndShow(runner, config, { folder, overwrite: true, signal, loaded }),
    );
    if (!completed) {
      process.exitCode = interruptedCode();
      note('Stopped. Start the demo again to see all three compared.');
      return false;
    }
  }
  return true;
}

/** The group that shows who learned the sticker. */
const misled = 'good, mark: yes';

function groupOf(measures: Measures | null, group: string): unknown {
  const groups = measures?.['groups'];
  return typeof groups === 'object' ? groups?.[group] : undefined;
}

function summary(records: readonly RunRecord[], path: string, shortcut: number): void {
  const { bold } = colours(process.stdout);
  const n = records[0]?.test?.['n'];
  print(bold(`\n${typeof n === 'number' ? `${String(n)} test images` : 'Test images'}, weights of the best epoch`));
  printTable(
    ['trained', 'accuracy', 'ROC AUC', 'worst group', 'heatmap in AOI', 'seconds'],
    records.map(({ name, test, timing }) => [
      name,
      percent(test?.['accuracy']),
      fixed(test?.['auroc']),
      percent(test?.['worstGroup']),
      percent(test?.['aoiShare']),
      timing.totalSeconds.toFixed(0),
    ]),
  );
  printUndefined(records.map(({ name, test }) => ({ cells: [name], measures: test })));
  for (const { name, test } of records) {
    const answer = onlyAnswer(test);
    if (answer !== undefined)
      print(`\n${name} calls every test image ${answer}: it has not learned to tell them apart. Try more --epochs.`);
  }
  const alarms = records.flatMap(({ name, test }) => {
    const right = groupOf(test, misled);
    return typeof right === 'number' ? [`${name} ${percent(1 - right)}`] : [];
  });
  print(
    alarms.length === 0
      ? '\nNone of the good zippers of the test has a sticker.'
      : `\nOf the good zippers with a sticker, called defective: ${alarms.join(', ')}.`,
  );
  print(
    'Worst group: the lowest accuracy among good and defective images, with and without sticker; random guessing has 50%.',
  );
  if (shortcut !== 0.5) {
    print('A heatmap inside the area of interest (AOI) proves little: what counts is what the decision depends on.');
  }
  print(`One seed: chance alone can do something too, and the page says how much.\n\nPage        ${resolve(path)}`);
}
