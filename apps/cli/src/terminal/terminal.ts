/** Where a command writes to: results on standard output, everything that is said beside them on standard error. */
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

function end(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

/** Ends quietly when the reader of a pipe has gone, as `foveate … | head` makes it. */
export function endWithReader(): void {
  if (!process.stdout.listeners('error').includes(end)) process.stdout.on('error', end);
}
