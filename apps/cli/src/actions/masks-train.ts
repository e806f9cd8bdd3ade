/** What `foveate masks train` does. */
import type { Measures } from '@foveate/contracts';
import { readSegmenterConfig, trainMasks } from '@foveate/mask-tasks/train';
import { segmenterDefaults } from '@foveate/preset-default';
import { join } from 'node:path';
import { defaultRunner } from '../runner.js';
import { printFact } from '../terminal/fact.js';
import { fixed } from '../terminal/format.js';
import { interruptedCode, interruptible } from '../terminal/interrupt.js';
import { quoted } from '../terminal/quoted.js';
import { RunView } from '../terminal/run-view.js';
import { note, print, printJson } from '../terminal/terminal.js';

/** Options of `masks train`. */
export interface TrainFlags {
  readonly out: string;
  readonly name: readonly string[];
  readonly group?: RegExp;
  readonly config?: string;
  readonly set: readonly string[];
  readonly seed?: number;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Trains a segmentation network. */
export async function train(store: string, flags: TrainFlags): Promise<void> {
  const { out, name, group, resume = false, overwrite = false, json = false, seed } = flags;
  const overrides = [...flags.set, ...(seed === undefined ? [] : [`seed=${String(seed)}`])];
  const config = await readSegmenterConfig(flags.config, overrides, defaultRunner().setting, segmenterDefaults);
  const areas = name.length === 0 ? undefined : name;
  const view = new RunView();
  let measured: Measures | undefined;
  await interruptible(async (signal) => {
    const events = trainMasks(store, config, { folder: out, areas, group, resume, overwrite, signal });
    await events.forEach((event) => {
      if (json) printJson(event);
      else view.show(event);
      if (event.type === 'measured') measured = event.measures;
    });
  }).finally(() => {
    view.clear();
  });
  if (measured === undefined) {
    process.exitCode = interruptedCode();
    note('Stopped. The same command with --resume goes on.');
    return;
  }
  if (json) return;
  print();
  printFact('Network', join(out, 'segmenter.onnx'));
  printFact('IoU', `${fixed(measured['iou'])} on the images held out`);
  print(`\nNext: foveate masks propose ${quoted(store)} ${quoted(out)}`);
}
