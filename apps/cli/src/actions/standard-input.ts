/** What comes on standard input: an image, or text. */
import { fail } from '@foveate/contracts';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

/** An image that is still to be read, or lines. */
export type StandardInput = { readonly image: () => Promise<Uint8Array> } | { readonly lines: AsyncIterable<string> };

/** Bytes by which every format of images differs from paths; a pipe may deliver them one by one. */
const enough = 12;

/**
 * Looks at how a stream begins. Lines come as they are written, so that a program may write a path and wait for its answer.
 * @param mostBytes of the largest image
 */
export async function readStandardInput(stream: Readable, mostBytes: number): Promise<StandardInput> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let start = Buffer.alloc(0);
  while (start.length < enough) {
    const next = await chunks.next();
    if (next.done === true) break;
    start = Buffer.concat([start, next.value]);
  }
  const all = async function* () {
    yield start;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  };
  if (isText(start)) return { lines: createInterface({ input: Readable.from(all()), crlfDelay: Infinity }) };
  return {
    image: async () => {
      const parts = [];
      let size = 0;
      for await (const part of all()) {
        parts.push(part);
        size += part.length;
        if (size > mostBytes) throw tooLarge(mostBytes);
      }
      return Buffer.concat(parts);
    },
  };
}

function tooLarge(mostBytes: number): Error {
  return fail({
    code: 'DATA_INVALID',
    what: 'The image on standard input is too large',
    expected: `at most ${String(mostBytes)} bytes`,
  });
}

/** Image files begin with bytes that no path has: control characters, or what begins no character of UTF-8. */
function isText(start: Buffer): boolean {
  const [first = 0] = start;
  const isCharacter = start.length === 0 || first < 0x80 || (first >= 0xc2 && first <= 0xf4);
  const isControl = (byte: number) => byte < 9 || (byte > 13 && byte < 32);
  return isCharacter && !start.subarray(0, 512).some(isControl) && !/^GIF8[79]a/.test(start.toString('latin1', 0, 6));
}
