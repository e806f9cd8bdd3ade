/**
 * Trials of engines, each in a process of its own: a driver that crashes or hangs takes its child process with it and
 * nothing else.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fail, isFoveateError, messageOf } from '@foveate/contracts';
import type { EngineTrial } from '@foveate/pipeline';
import { defaultRunner } from '../runner.js';

/** An engine as a configuration names it: its id, and the options that are not left to their defaults. */
export type EngineChoice = { readonly id: string } & Readonly<Record<string, unknown>>;

/** What became of a trial. */
export type TrialResult =
  ({ readonly works: true } & EngineTrial) | { readonly works: false; readonly code: string; readonly reason: string };

/** Large enough to use every kernel of a training, small enough for pure JavaScript. */
const trialConfig = {
  data: { size: 16 },
  model: { id: 'custom-cnn', channels: [4, 4, 8, 8] },
  loss: 'ceod',
  optimizer: 'adamax',
  training: { batchSize: 4 },
};

/** The environment variable that makes `foveate doctor` one trial; its value is the engine as JSON. */
const trialVariable = 'FOVEATE_DOCTOR_TRIAL';

async function runTrial(engine: EngineChoice): Promise<TrialResult> {
  try {
    const runner = defaultRunner();
    const config = await runner.makeConfig({ ...trialConfig, engine }, process.cwd());
    return { works: true, ...(await runner.tryEngine(config)) };
  } catch (error) {
    if (isFoveateError(error)) return { works: false, code: error.code, reason: error.message };
    return { works: false, code: 'UNEXPECTED', reason: messageOf(error) };
  }
}

/** In a child process: makes the trial the parent asked for, answers and ends the process. @returns false in any other */
export async function answerTrial(): Promise<boolean> {
  const text = process.env[trialVariable];
  const { send } = process;
  if (text === undefined || send === undefined) return false;
  const result = await runTrial(JSON.parse(text) as EngineChoice);
  // Whatever the engine left running must not keep the process.
  await new Promise((resolve) => send.call(process, result, resolve));
  process.exit(0);
}

/** The last line a process said. */
function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/**
 * Tries an engine in a child process.
 * @param seconds after which the child is ended
 */
export function tryInChild(engine: EngineChoice, seconds: number): Promise<TrialResult> {
  const bin = fileURLToPath(new URL('../../bin/foveate.mjs', import.meta.url));
  return new Promise((resolve) => {
    const child = fork(bin, ['doctor'], {
      env: { ...process.env, [trialVariable]: JSON.stringify(engine) },
      execArgv: [],
      silent: true,
    });
    let said = '';
    let result: TrialResult | undefined;
    let late = false;
    child.stderr?.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-10_000)));
    child.on('message', (message) => (result = message as TrialResult));
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, seconds * 1000);
    const end = (how: string): void => {
      clearTimeout(timer);
      if (result !== undefined) resolve(result);
      else {
        const reason = late ? `No answer within ${String(seconds)} seconds.` : `${how} ${lastLine(said)}`.trim();
        resolve({ works: false, code: late ? 'TIMEOUT' : 'CRASHED', reason });
      }
    };
    child.on('error', (error) => {
      end(`Its process does not start: ${error.message}.`);
    });
    child.on('close', (code, signal) => {
      end(`Its process ended with ${signal ?? `exit code ${String(code)}`}.`);
    });
  });
}

/** The engines a run may choose, as they are tried: each with its defaults, or once for each of its variants. */
export async function engineChoices(): Promise<readonly EngineChoice[]> {
  const entries = defaultRunner().registry.list('engine');
  if (entries.length === 0) throw fail({ code: 'PLUGIN_UNKNOWN', what: 'No engine is registered' });
  const choices = await Promise.all(
    entries.map(async ({ meta, load }) =>
      ((await load()).variants ?? [{}]).map((variant): EngineChoice => ({ ...variant, id: meta.id })),
    ),
  );
  return choices.flat();
}
