/** Ctrl-C and the request to end: the first ends cleanly, the second at once. */
import { note } from './terminal.js';

/** Exit codes by the signal that ended the work: 128 and its number, as shells have it. */
export const interruptedCodes = { SIGINT: 130, SIGTERM: 143 } as const;

type Interruption = keyof typeof interruptedCodes;

const signals = Object.keys(interruptedCodes) as readonly Interruption[];

/** The last that came; work that was stopped without one counts as interrupted. */
let received: Interruption = 'SIGINT';

/** The exit code of a command that was interrupted. */
export function interruptedCode(): number {
  return interruptedCodes[received];
}

/** Runs work that can be interrupted by SIGINT or SIGTERM; the handlers are gone afterwards. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const stop = (by: Interruption) => {
    received = by;
    if (abort.signal.aborted) process.exit(interruptedCode());
    note('\nStopping after this step. Once more to stop at once.');
    abort.abort();
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(abort.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
