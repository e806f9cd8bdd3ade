/** Lines of a name and a text beside it. */
import { print, terminalWidth } from './terminal.js';
import { wrap } from './wrap.js';

/** Columns of the names. */
const indent = 12;

/** A fact as lines: further ones begin where its text began. Paths are left whole, so that they can be copied. */
export function factText(name: string, text: string, width: number): string {
  const [first = '', ...others] = wrap(text, Math.max(1, width - indent), false);
  return [`${name.padEnd(indent)}${first}`, ...others.map((line) => ' '.repeat(indent) + line)].join('\n');
}

/** Prints a fact. @param colour of all of it */
export function printFact(name: string, text: string, colour: (text: string) => string = String): void {
  print(colour(factText(name, text, terminalWidth())));
}
