/** Where a command writes to: results on standard output, everything that is said beside them on standard error. */
import { errorCodes } from '@foveate/contracts';
import pc from 'picocolors';

/** Narrower than this nothing can be laid out. */
const narrowestTerminal = 20;

/** Colours that are off when the stream is no terminal, or when NO_COLOR is set. */
export function colours(stream: NodeJS.WriteStream): ReturnType<typeof pc.createColors> {
  // Where there is no terminal isTTY is undefined, for which picocolors would decide by itself.
  const wanted = Boolean(stream.isTTY) && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
  return pc.createColors(wanted);
}

/** Columns that lines of results may take: those of the terminal; elsewhere what COLUMNS says, or any number. */
export function terminalWidth(): number {
  const told = process.stdout.isTTY ? process.stdout.columns : Number(process.env['COLUMNS']);
  return Number.isSafeInteger(told) && told > 0 ? Math.max(told, narrowestTerminal) : Infinity;
}

/** One line of results. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** One line that is no result. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The one JSON document of a command, or one line of a stream of them. */
export function printJson(value: unknown, indent?: number): void {
  print(JSON.stringify(value, null, indent));
}

/** Writing has failed: a pipe whose reader has gone, as `foveate … | head` makes it, ends quietly; a full disk is said. */
function end(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  const got = error.code ?? error.message;
  note(`${colours(process.stderr).red('error OUTPUT_UNWRITABLE:')} Standard output cannot be written (got ${got}).`);
  process.exit(errorCodes.OUTPUT_UNWRITABLE);
}

/** Nobody can be told that nobody can be told. */
function ignore(): void {
  return;
}

/** Ends when results can no longer be written, without a stack trace. */
export function endWithReader(): void {
  if (!process.stdout.listeners('error').includes(end)) process.stdout.on('error', end);
  if (!process.stderr.listeners('error').includes(ignore)) process.stderr.on('error', ignore);
}
