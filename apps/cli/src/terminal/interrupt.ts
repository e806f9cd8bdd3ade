/** Ctrl-C: the first ends cleanly, the second at once. */
import { interruptedCode } from './exit.js';
import { note } from './terminal.js';

/** Runs work that can be interrupted by SIGINT or SIGTERM; the handlers are gone afterwards. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const stop = () => {
    if (abort.signal.aborted) process.exit(interruptedCode);
    note('\nStopping after this step. Once more to stop at once.');
    abort.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(abort.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
