/** JSON files, element by element: memory is needed for one element at a time. */
import { messageOf } from '@foveate/contracts';
import { Tokenizer, TokenParser, TokenType } from '@streamparser/json';
import { invalid } from './invalid.js';
import { Lines } from './lines.js';
import { chunksOf } from './open.js';

/** Objects and lists within one another at most. */
const mostLevels = 64;

/** Bytes of an element at most. */
const mostBytes = 2 ** 27;

/** An element of a file. */
export interface JsonElement {
  /** Keys from the root of the file. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  /** First and last byte, in the file; of texts and numbers the first only. */
  readonly start: number;
  readonly end: number;
}

/**
 * The elements at some paths of a file, in order.
 * @param selectors such as `$.images.*`, or `$` for the whole file; none within another
 * @throws FoveateError `DATA_INVALID` (reason `json-broken`) with line and column when the file is not JSON, too deep or an
 * element too large; `PATH_MISSING` when there is none
 */
export async function* jsonElements(path: string, selectors: readonly string[]): AsyncGenerator<JsonElement> {
  const found: JsonElement[] = [];
  const lines = new Lines();
  const tokenizer = new Tokenizer();
  const parser = new TokenParser({ paths: [...selectors], keepStack: false });
  /** Where the objects and lists begin that are open. */
  const starts: number[] = [];
  let [start, at, base] = [0, 0, 0];
  parser.onValue = ({ value, key, stack }) => {
    const keys = [...stack.slice(1).map((item) => item.key), key].filter((one) => one !== undefined);
    found.push({ path: keys, value, start, end: at });
  };
  tokenizer.onToken = (token) => {
    start = at = base + token.offset;
    if (token.token === TokenType.LEFT_BRACE || token.token === TokenType.LEFT_BRACKET) {
      if (starts.push(at) > mostLevels) throw new RangeError(`more than ${mostLevels} levels`);
    } else if (token.token === TokenType.RIGHT_BRACE || token.token === TokenType.RIGHT_BRACKET) {
      start = starts.pop() ?? at;
    }
    parser.write(token);
  };
  // Without listeners the parsers would keep an error to themselves.
  parser.onError = tokenizer.onError = (error) => {
    throw error;
  };
  const broken = (cause: unknown) => {
    const message = messageOf(cause).split('\n', 1)[0] ?? '';
    // The tokenizer knows better than its last token where it stands.
    const position = /absolute position "(\d+)"/.exec(message)?.[1];
    return invalid({
      what: `The file cannot be read as JSON: ${message.replace(/ at chunk position .*| in state .*/, '')}`,
      where: `${path}:${lines.positionOf(position === undefined ? at : base + Number(position))}`,
      reason: 'json-broken',
      advice: 'Export it anew',
      cause,
    });
  };
  let done = 0;
  for await (const chunk of chunksOf(path)) {
    // The tokenizer takes a byte order mark for nothing, in its offsets too.
    const mark = lines.bytes === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0;
    base += mark;
    lines.add(chunk);
    try {
      tokenizer.write(chunk.subarray(mark));
    } catch (cause) {
      throw broken(cause);
    }
    if (found.length > 0) done = lines.bytes;
    else if (lines.bytes - done > mostBytes) throw broken(new RangeError(`an element of more than ${mostBytes} bytes`));
    yield* found.splice(0);
  }
  if (!parser.isEnded) throw broken(new Error('it ends too early'));
  yield* found.splice(0);
}

/** A file that is read as a whole. @throws FoveateError as {@link jsonElements} */
export async function readJson(path: string): Promise<unknown> {
  for await (const { value } of jsonElements(path, ['$'])) return value;
  return undefined;
}
