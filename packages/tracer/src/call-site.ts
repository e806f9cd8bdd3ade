/** Where in the program's own source an operation was called. */
import { findSourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const ownFolder = new URL('.', import.meta.url).href;
const ownPath = fileURLToPath(ownFolder);

/** The stack as V8 knows it: formatting a deep one costs more than everything else in a trace. */
export function stackFrames(): readonly NodeJS.CallSite[] {
  const format = Error.prepareStackTrace;
  Error.prepareStackTrace = (_error, frames) => frames;
  const frames = new Error().stack as unknown as readonly NodeJS.CallSite[];
  // Left out rather than undefined: Node takes any value for a formatter.
  if (format === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
  else Error.prepareStackTrace = format;
  return frames;
}

function isProgram(frame: NodeJS.CallSite): boolean {
  const file = frame.getFileName() ?? '';
  if (file === '' || /@tensorflow[\\/]tfjs|tfjs-core[\\/]src|^node:/.test(file)) return false;
  // The tests of this package hold programs, too.
  return file.includes('.spec.') || (!file.startsWith(ownFolder) && !file.startsWith(ownPath));
}

/** Texts by compiled file, line and column: a program of a few lines calls thousands of operations. */
const known = new Map<string, string>();

/** A frame as text, in terms of the source that was compiled to it where a source map is known. */
function textOf(frame: NodeJS.CallSite): string {
  const format = Error.prepareStackTrace;
  if (format !== undefined)
    return (
      String(format(new Error(), [frame]))
        .split('\n')
        .at(-1) ?? ''
    );
  const [file, line, column] = [frame.getFileName() ?? '', frame.getLineNumber() ?? 1, frame.getColumnNumber() ?? 1];
  const entry = findSourceMap(file)?.findEntry(line - 1, column - 1);
  return entry !== undefined && 'originalSource' in entry
    ? `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
    : `${file}:${line}:${column}`;
}

/**
 * The source line under way: the first stack frame outside tfjs, Node and this package.
 * @returns for example `src/models/custom-cnn.ts:31`, or `unknown`
 */
export function callSite(): string {
  const frame = stackFrames().find(isProgram);
  if (frame === undefined) return 'unknown';
  const key = `${frame.getFileName()}:${frame.getLineNumber()}:${frame.getColumnNumber()}`;
  const site = known.get(key) ?? shorten(textOf(frame));
  known.set(key, site);
  return site;
}

/** The last three parts of the path, and the line. */
function shorten(frame: string): string {
  const place = /\(?(?:file:\/\/)?([^()\s]+):(\d+):\d+\)?$/.exec(frame);
  return place?.[1] === undefined ? 'unknown' : `${place[1].split('/').slice(-3).join('/')}:${place[2]}`;
}
