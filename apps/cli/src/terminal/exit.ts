/** Exit codes and the one message of a failed command. */
import { errorCodes, fail, isFoveateError, messageOf } from '@foveate/contracts';
import { interruptedCode, interruptedCodes } from './interrupt.js';
import { colours, note, terminalWidth } from './terminal.js';
import { wrap } from './wrap.js';

/** Columns of the help, as commander has it where there is no terminal. */
const widestHelp = 80;

/** An error nobody foresaw. */
const unexpectedCode = 1;

/** Exit codes with the error codes that lead to them, for the help. */
export function exitCodeHelp(): string {
  const byExit = new Map<number, string[]>();
  for (const [code, exit] of Object.entries(errorCodes)) byExit.set(exit, [...(byExit.get(exit) ?? []), code]);
  const lines = [...byExit].map(([exit, codes]) => [exit, codes.join(', ')] as const);
  const all = [
    [0, 'success'],
    [unexpectedCode, 'unexpected error'],
    ...lines,
    [interruptedCodes.SIGINT, 'interrupted, by Ctrl-C or SIGINT'],
    [interruptedCodes.SIGTERM, 'interrupted by SIGTERM'],
  ] as const;
  const lead = 7;
  return all
    .map(([exit, meaning]) => {
      const [first = '', ...others] = wrap(meaning, Math.min(terminalWidth(), widestHelp) - lead);
      return [`  ${String(exit).padStart(3)}  ${first}`, ...others.map((line) => ' '.repeat(lead) + line)].join('\n');
    })
    .join('\n');
}

/** What engines, decoders and Node say in their own words when memory does not suffice. */
const outOfMemory =
  /out of memory|cannot allocate|bad_alloc|allocation failed|invalid (typed array|array buffer|array) length/i;

/** The error as users are to see it. */
function asKnown(error: unknown): unknown {
  if (isFoveateError(error) || !(error instanceof Error) || !outOfMemory.test(error.message)) return error;
  return fail({
    code: 'ENGINE_OUT_OF_MEMORY',
    what: 'There is not enough memory for this',
    got: error.message,
    advice: 'Close other programs or raise their limits, or use a smaller model, data.size or training.batchSize',
    cause: error,
  });
}

/** Says what went wrong, in one message and without a stack trace unless FOVEATE_DEBUG is set. @returns exit code */
export function reportError(thrown: unknown): number {
  const error = asKnown(thrown);
  const { red } = colours(process.stderr);
  if (error instanceof Error && error.name === 'AbortError') {
    note('Stopped.');
    return interruptedCode();
  }
  if (isFoveateError(error)) {
    note(`${red(`error ${error.code}:`)} ${error.message}`);
  } else {
    const text = messageOf(error);
    note(`${red('error UNEXPECTED:')} ${text} Set FOVEATE_DEBUG=1 to see where; please report it.`);
  }
  if ((process.env['FOVEATE_DEBUG'] ?? '') !== '' && error instanceof Error) note(error.stack ?? '');
  return isFoveateError(error) ? errorCodes[error.code] : unexpectedCode;
}
