/**
 * The command line: commands, exit codes and what becomes of errors. Files in commands/ say what can be typed and must load
 * little; what a command does lies in actions/ and is loaded when it runs.
 */
import { createRequire } from 'node:module';
import { errorCodes } from '@foveate/contracts';
import { Command, CommanderError } from 'commander';
import { addAudit } from './commands/audit.js';
import { addAugment } from './commands/augment.js';
import { addDataset } from './commands/dataset.js';
import { addDemo } from './commands/demo.js';
import { addDoctor } from './commands/doctor.js';
import { addEvaluate } from './commands/evaluate.js';
import { addExperiment } from './commands/experiment.js';
import { addExplain } from './commands/explain.js';
import { addExport } from './commands/export.js';
import { addInit } from './commands/init.js';
import { addMasks } from './commands/masks.js';
import { addModels } from './commands/models.js';
import { addPipeline } from './commands/pipeline.js';
import { addPlugins } from './commands/plugins.js';
import { addPredict } from './commands/predict.js';
import { addReport } from './commands/report.js';
import { addReproduce } from './commands/reproduce.js';
import { addSchema } from './commands/schema.js';
import { addTrain } from './commands/train.js';
import { addWeights } from './commands/weights.js';
import { settings } from './settings.js';
import { exitCodeHelp, reportError } from './terminal/exit.js';
import { colours, endWithReader } from './terminal/terminal.js';

function version(): string {
  return (createRequire(import.meta.url)('../package.json') as { readonly version: string }).version;
}

function buildProgram(): Command {
  const program = new Command('foveate')
    .description('Trains defect classifiers that look where they are told, and shows where they look.')
    .version(version())
    .option('--offline', 'download nothing, as FOVEATE_OFFLINE=1 does')
    .option(
      '--allow-plugins',
      'run plugin packages of the configuration that are not installed where you work; remembered until their files change',
    )
    .hook('preAction', (command) => {
      // The environment, because workers are to know it too.
      if (command.opts()['offline'] === true) process.env['FOVEATE_OFFLINE'] = '1';
      settings.allowPlugins = command.opts()['allowPlugins'] === true;
    })
    .configureOutput({
      outputError: (text, write) => {
        write(`${colours(process.stderr).red('error CONFIG_INVALID:')} ${text.replace(/^error: /, '')}`);
      },
    })
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  foveate demo
  foveate init my-images
  foveate train --config examples/magnetic-tile-band.yaml
  foveate train --config examples/magnetic-tile-band.yaml --set preset=aoi --out runs/tiles-aoi
  foveate report runs/magnetic-tile-band runs/tiles-aoi --out comparison.html

Exit codes:
${exitCodeHelp()}

Results go to standard output, everything else to standard error. FOVEATE_DEBUG=1 adds stack traces to errors,
NO_COLOR=1 takes colours away.`,
    );
  const add = [
    addDemo,
    addInit,
    addTrain,
    addPipeline,
    addDataset,
    addAugment,
    addMasks,
    addEvaluate,
    addAudit,
    addPredict,
    addExplain,
    addExport,
    addReport,
    addExperiment,
    addReproduce,
    addSchema,
    addPlugins,
    addModels,
    addWeights,
    addDoctor,
  ];
  for (const addCommand of add) addCommand(program);
  inheritSettings(program);
  requireLate(program);
  return program;
}

/** Commander copies settings to subcommands only when they are added after the settings, and only one level deep. */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritSettings(child);
  }
}

/** Commander asks for required options before it looks for unknown ones, which may just be a required one misspelt. */
function requireLate(command: Command): void {
  for (const option of command.options.filter(({ mandatory }) => mandatory)) {
    option.makeOptionMandatory(false);
    command.hook('preAction', () => {
      if (command.getOptionValue(option.attributeName()) !== undefined) return;
      command.error(`error: required option '${option.flags}' not specified`);
    });
  }
  command.commands.forEach(requireLate);
}

/** Node's exit code when everything waits for what never comes. */
const unsettled = 13;

/** What plugins throw in timers of their own, and promises of theirs that never settle, end the program with a message. */
function reportWhatNobodyAwaits(): void {
  process.on('uncaughtException', (error) => process.exit(reportError(error)));
  process.on('exit', (code) => {
    if (code !== unsettled) return;
    process.exitCode = reportError(new Error('The program waits for something that never comes, perhaps of a plugin.'));
  });
}

/**
 * Runs the command line; sets the exit code of the process.
 * @param args what stands behind the name of the program
 */
export async function main(args: readonly string[]): Promise<void> {
  endWithReader();
  reportWhatNobodyAwaits();
  try {
    await buildProgram().parseAsync([...args], { from: 'user' });
  } catch (error) {
    // Commander has said what there is to say: help, version, or what is wrong with the arguments.
    const told = error instanceof CommanderError;
    process.exitCode = !told ? reportError(error) : error.exitCode === 0 ? 0 : errorCodes.CONFIG_INVALID;
  }
}
