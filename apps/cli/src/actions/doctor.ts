/** What `foveate doctor` does. */
import { errorCodes } from '@foveate/contracts';
import { answerTrial, engineChoices, tryInChild } from '../doctor/trial.js';
import type { EngineChoice, TrialResult } from '../doctor/trial.js';
import { describeMachine } from '../doctor/machine.js';
import type { Machine } from '../doctor/machine.js';
import { defaultRunner } from '../runner.js';
import { printTable } from '../terminal/table.js';
import { colours, note, print, printJson } from '../terminal/terminal.js';

/** Options of `doctor`. */
export interface DoctorOptions {
  readonly json?: boolean;
  readonly timeout: number;
}

interface Trial {
  readonly engine: EngineChoice;
  readonly result: TrialResult;
}

/** Losses that differ by more than this share are not rounding. */
const tolerance = 1e-3;

/** `tfjs, backend wasm` */
function nameOf({ id, ...options }: EngineChoice): string {
  return [id, ...Object.entries(options).map(([key, value]) => `${key} ${String(value)}`)].join(', ');
}

/** Loss that most working engines agree on, within rounding; undefined with fewer than three. */
function usualLoss(trials: readonly Trial[]): number | undefined {
  const losses = trials.flatMap(({ result }) => (result.works ? [result.loss] : [])).sort((a, b) => a - b);
  return losses.length < 3 ? undefined : losses[Math.floor(losses.length / 2)];
}

function isUnusual(loss: number, usual: number | undefined): boolean {
  return usual !== undefined && Math.abs(loss - usual) > tolerance * Math.abs(usual);
}

/** Says what the machine has, and tries every engine. */
export async function doctor({ json = false, timeout }: DoctorOptions): Promise<void> {
  if (await answerTrial()) return;
  const { engine } = await defaultRunner().makeConfig({}, process.cwd());
  const byDefault: EngineChoice = { ...(engine.options as object), id: engine.id };
  const machine = describeMachine();
  if (!json) printMachine(machine);
  const attempt = async (choice: EngineChoice): Promise<Trial> => {
    if (process.stderr.isTTY) note(`Trying ${nameOf(choice)} …`);
    return { engine: choice, result: await tryInChild(choice, timeout) };
  };
  // One after the other: they are timed.
  const trials: Trial[] = [];
  for (const choice of await engineChoices()) trials.push(await attempt(choice));
  const chosen = await attempt(byDefault);
  if (json) printReport(machine, trials, chosen);
  else printTrials(trials, chosen);
  if (!trials.some(({ result }) => result.works)) process.exitCode = errorCodes.ENGINE_UNAVAILABLE;
}

function printReport(machine: Machine, trials: readonly Trial[], chosen: Trial): void {
  const usual = usualLoss(trials);
  const record = ({ engine, result }: Trial) => ({
    engine,
    ...result,
    ...(result.works ? { agrees: !isUnusual(result.loss, usual) } : {}),
  });
  printJson({ machine, engines: trials.map(record), default: record(chosen) }, 2);
}

function printMachine({ node, platform, system, processor, cores, memory }: Machine): void {
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const limit = memory.limit === undefined ? '' : `, this process may use ${gigabytes(memory.limit)}`;
  const usable = cores.usable === cores.all ? '' : `, this process may use ${String(cores.usable)}`;
  printTable(
    ['machine', ''],
    [
      ['Node', `${node}, ${platform}`],
      ['system', system],
      ['processor', `${processor}, ${String(cores.all)} cores${usable}`],
      ['memory', `${gigabytes(memory.total)}, ${gigabytes(memory.free)} free${limit}`],
    ],
  );
  print();
}

function printTrials(trials: readonly Trial[], chosen: Trial): void {
  const { bold } = colours(process.stdout);
  const usual = usualLoss(trials);
  const milliseconds = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
  printTable(
    ['engine', 'works', 'first step ms', 'step ms', 'what it is'],
    trials.map(({ engine, result }) =>
      result.works
        ? [nameOf(engine), 'yes', milliseconds(result.firstStepMs), milliseconds(result.stepMs), result.description]
        : [nameOf(engine), 'no', '–', '–', result.code],
    ),
  );
  const notes = trials.flatMap(({ engine, result }) => {
    if (!result.works) return [`${nameOf(engine)}: ${result.reason}`];
    if (!isUnusual(result.loss, usual)) return [];
    return [
      `${nameOf(engine)}: computes a loss of ${String(result.loss)}, most others ${String(usual)}. Do not use it.`,
    ];
  });
  if (notes.length > 0) print(`\n${bold('What does not work')}\n${notes.map((line) => `- ${line}`).join('\n')}`);
  const { result } = chosen;
  const words = result.works ? result.description : `does not work: ${result.reason}`;
  print(`\n${bold('Used by default')}: ${nameOf(chosen.engine)}: ${words}`);
  print('The step is a small one: it shows what works. Which engine is fast for large images is another question.');
}
