/** How answers to images are said on the terminal. */
import { errorCodes, isFoveateError, type FoveateError } from '@foveate/contracts';
import { percent } from '../terminal/format.js';
import { colours, note } from '../terminal/terminal.js';

/** What stands over the answers. @param others columns behind verdict and score */
export function head(...others: readonly string[]): string {
  return ['verdict  ', ' score', ...others].join('  ');
}

/** `defective   97.3%`; the score is the probability of a defect. */
export function verdictAndScore({ score, defective }: { readonly score: number; readonly defective: boolean }): string {
  const { green, red } = colours(process.stdout);
  return `${defective ? red('defective') : green('good     ')}  ${percent(score).padStart(6)}`;
}

/** An image without answer. @param message names it */
export function unreadLine(message: string): string {
  return `${colours(process.stdout).yellow('unread   ')}          ${message}`;
}

/** True when an image cannot be read, which is no fault of the others. */
export function isUnread(error: unknown): error is FoveateError {
  return isFoveateError(error) && (error.code === 'DATA_INVALID' || error.code === 'PATH_MISSING');
}

/** Says how many images have no answer, by the exit code too. What is wrong with each was said in its place. */
export function tellUnread(unread: number, all: number): void {
  if (unread === 0) return;
  note(`${String(unread)} of ${String(all)} images could not be read.`);
  process.exitCode = errorCodes.DATA_INVALID;
}
