/** What `foveate train` does. */
import { join } from 'node:path';
import type { RunConfig } from '@foveate/assembly';
import type { Runner, RunOptions } from '@foveate/pipeline';
import { configText } from '@foveate/assembly';
import { readRunRecord } from '@foveate/run-record/node';
import { defaultRunner } from '../runner.js';
import { interruptedCode, interruptible } from '../terminal/interrupt.js';
import { printMeasures } from '../terminal/measures.js';
import { quoted } from '../terminal/quoted.js';
import { RunView } from '../terminal/run-view.js';
import { note, print, printJson } from '../terminal/terminal.js';

/** Options of `train`. */
export interface TrainOptions {
  readonly config: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly seed?: number;
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly showConfig?: boolean;
}

/**
 * Runs a configuration and shows it.
 * @param json events as JSON Lines instead of text
 * @returns whether it ran to its end
 */
export async function trainAndShow(
  runner: Runner,
  config: RunConfig,
  options: RunOptions,
  json = false,
): Promise<boolean> {
  const view = new RunView();
  try {
    let completed = false;
    await runner.run(config, options).forEach((event) => {
      if (json) printJson(event);
      else view.show(event);
      completed = event.type === 'run-end' && event.status === 'completed';
    });
    return completed;
  } finally {
    view.clear();
  }
}

/** The command to type to go on. */
function resumeCommand({ config, out, seed, set }: TrainOptions, command: string): string {
  return [
    command === 'train' ? 'foveate train --config' : `foveate ${command}`,
    quoted(config),
    ...(out === undefined ? [] : ['--out', quoted(out)]),
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
    ...set.flatMap((override) => ['--set', quoted(override)]),
    '--resume',
  ].join(' ');
}

/**
 * Runs a configuration, or goes on with it, and says what was measured.
 * @param command as it was typed
 */
export async function train(options: TrainOptions, command = 'train'): Promise<void> {
  const runner = defaultRunner();
  const overrides = [...options.set, ...(options.seed === undefined ? [] : [`seed=${String(options.seed)}`])];
  const config = await runner.readConfig(options.config, overrides);
  if (options.showConfig === true) {
    process.stdout.write(configText(config));
    return;
  }
  const folder = options.out ?? join('runs', config.name);
  const { resume = false, overwrite = false } = options;
  const completed = await interruptible((signal) =>
    trainAndShow(runner, config, { folder, resume, overwrite, signal }, options.json),
  );
  if (!completed) {
    process.exitCode = interruptedCode();
    const record = await readRunRecord(folder).catch(() => undefined);
    if (record === undefined) note('Stopped before training began. Run it again from the start.');
    else note(`Stopped. Go on with:\n  ${resumeCommand(options, command)}`);
    return;
  }
  if (options.json === true) return;
  const record = await readRunRecord(folder).catch(() => undefined);
  // A pipeline that trains nothing has no figures.
  if (record === undefined || record.test === null) return;
  const { validation, test } = record;
  print();
  printMeasures(
    ['split'],
    [
      { cells: ['validation'], measures: validation },
      { cells: ['test'], measures: test },
    ],
  );
}
