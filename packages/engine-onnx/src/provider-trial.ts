/**
 * Does a provider work, and does it pay? Each is tried in a process of its own: a driver that crashes takes nothing else
 * with it, and one that hangs is stopped.
 */
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fail } from '@foveate/contracts';
import { absence, accelerators, type Provider } from './providers.js';
import { cudaAdvice, nativeAbsence } from './runtime.js';

/** What came of trying a provider. */
export type ProviderTrial = { readonly provider: Provider } & (
  | { readonly usable: true; /** One small training step, in milliseconds, after warm-up. */ readonly stepMs: number }
  | { readonly usable: false; /** In a few words. */ readonly reason: string }
);

/** What the process that tries a provider sends back. */
export type TrialMessage = { readonly stepMs: number } | { readonly reason: string };

/** Drivers compile their shaders in the first step; no more than this. */
const patienceMs = 30_000;

/**
 * Trains a few small steps on a provider and compares them with the CPU's. Never throws.
 * @param threads of the CPU's part, 1 or more
 */
export function tryProvider(provider: Provider, threads: number): Promise<ProviderTrial> {
  const reason = absence(provider);
  return reason === undefined ? runTrial(provider, threads) : Promise.resolve({ provider, usable: false, reason });
}

function runTrial(provider: Provider, threads: number): Promise<ProviderTrial> {
  const refused = (reason: string): ProviderTrial => ({ provider, usable: false, reason });
  return new Promise((resolve) => {
    const file = createRequire(import.meta.url).resolve('#trial');
    // Drivers write to standard error as they please.
    const child = fork(file, [provider, String(threads)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    child.once('message', (message: TrialMessage) => {
      resolve('reason' in message ? refused(message.reason) : { provider, usable: true, ...message });
      child.kill();
    });
    child.once('error', (error) => resolve(refused(error.message)));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      // Only the first resolution counts: whoever has sent a message may end as it likes.
      resolve(refused(signal === 'SIGKILL' ? 'did not answer' : `crashed (${signal ?? `exit code ${code}`})`));
    });
  });
}

/** The provider to use, and a remark for whoever wonders why it is this one. */
export interface ProviderChoice {
  readonly provider: Provider;
  readonly remark: string;
}

/**
 * @param attempt replaces {@link tryProvider} in tests
 * @param absent replaces {@link nativeAbsence} in tests
 * @throws FoveateError `ENGINE_UNAVAILABLE` when `wanted` names a provider that does not work
 */
export async function chooseProvider(
  wanted: Provider | 'auto',
  threads: number,
  attempt: typeof tryProvider = tryProvider,
  absent: () => string | undefined = nativeAbsence,
): Promise<ProviderChoice> {
  if (wanted === 'cpu' || wanted === 'wasm') return { provider: wanted, remark: '' };
  if (wanted !== 'auto') {
    const trial = await attempt(wanted, threads);
    if (trial.usable) return { provider: wanted, remark: '' };
    throw fail({
      code: 'ENGINE_UNAVAILABLE',
      where: 'engine.provider',
      what: `The execution provider ${wanted} cannot be used: ${trial.reason}`,
      advice: `${wanted === 'cuda' ? `${cudaAdvice()}. ` : ''}Choose 'auto', which takes what works, or 'cpu'`,
    });
  }
  const missing = absent();
  if (missing !== undefined) return { provider: 'wasm', remark: missing };
  const trials: ProviderTrial[] = [];
  for (const provider of accelerators) trials.push(await attempt(provider, threads));
  const usable = trials.filter((trial) => trial.usable);
  // Nothing to compare with, nothing to wait for.
  const cpu = usable.length === 0 ? undefined : await attempt('cpu', threads);
  const cpuMs = cpu?.usable === true ? cpu.stepMs : Infinity;
  const fastest = usable.reduce<{ provider: Provider; stepMs: number }>(
    (best, trial) => (trial.stepMs < best.stepMs ? trial : best),
    { provider: 'cpu', stepMs: cpuMs },
  );
  return { provider: fastest.provider, remark: remarkOn(trials, fastest, cpuMs) };
}

/** Why the others were not taken; providers of other platforms go without saying. */
function remarkOn(
  trials: readonly ProviderTrial[],
  chosen: { provider: Provider; stepMs: number },
  cpuMs: number,
): string {
  const milliseconds = (value: number): string => `${value.toPrecision(2)} ms`;
  const others = trials.flatMap((trial) => {
    if (trial.provider === chosen.provider) return [];
    if (!trial.usable) return /^(not|only) on /.test(trial.reason) ? [] : [`${trial.provider}: ${trial.reason}`];
    return [
      `${trial.provider}: slower, ${milliseconds(trial.stepMs)} a small step against ${milliseconds(chosen.stepMs)}`,
    ];
  });
  const cpu =
    chosen.provider === 'cpu' ? [] : [`cpu: slower, ${milliseconds(cpuMs)} against ${milliseconds(chosen.stepMs)}`];
  return [...others, ...cpu].join('; ');
}
