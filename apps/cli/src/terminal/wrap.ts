/** Text in lines that fit. */
import stringWidth from 'string-width';

/** Columns that a text takes in a terminal. */
export function widthOf(text: string): number {
  return Math.max(0, ...text.split('\n').map((line) => stringWidth(line)));
}

/** Where a text may be broken: at double spaces, if it has any, else at spaces. */
function pieces(text: string): readonly string[] {
  return text.includes('  ') ? text.split(/ {2,}/) : text.split(/ +/);
}

/** Columns that a text needs at least when no word of it is broken. */
export function narrowest(text: string): number {
  return Math.max(0, ...pieces(text).map(widthOf));
}

/**
 * Breaks text into lines. A word that is wider than a line is cut, if it may be.
 * @param breakWords false: such a word has a line to itself, as paths that are to be copied should
 */
export function wrap(text: string, width: number, breakWords = true): readonly string[] {
  if (widthOf(text) <= width) return [text];
  const gap = text.includes('  ') ? '  ' : ' ';
  const lines: string[] = [];
  for (const word of pieces(text)) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + gap.length + widthOf(word) <= width) {
      lines[lines.length - 1] = `${last}${gap}${word}`;
    } else {
      lines.push(...(breakWords ? cut(word, width) : [word]));
    }
  }
  return lines;
}

function cut(word: string, width: number): readonly string[] {
  if (widthOf(word) <= width) return [word];
  const lines = [''];
  for (const character of word) {
    const last = lines.at(-1) ?? '';
    if (widthOf(last + character) <= width) lines[lines.length - 1] = last + character;
    else lines.push(character);
  }
  return lines;
}
