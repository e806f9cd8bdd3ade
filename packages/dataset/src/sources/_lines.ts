/** The lines of a stream of bytes. */
import { TextDecoder } from 'node:util';

/**
 * Lines in UTF-8, or in UTF-16 where the stream begins with its byte order mark, which is left out. Ends of lines are LF or
 * CR LF. What `readline` of Node has is not bounded: a file without ends of lines would be held as a whole.
 * @param longest characters of a line at most
 * @throws RangeError for a longer line
 */
export async function* linesOf(stream: AsyncIterable<unknown>, longest: number): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let rest = '';
  const checked = (line: string): string => {
    if (line.length > longest) throw new RangeError(`more than ${longest} characters`);
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  };
  for await (const chunk of stream) {
    const bytes = chunk as Uint8Array;
    decoder ??= new TextDecoder(encodingOf(bytes));
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield checked(line);
    checked(rest);
  }
  rest += decoder?.decode() ?? '';
  if (rest !== '') yield checked(rest);
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
