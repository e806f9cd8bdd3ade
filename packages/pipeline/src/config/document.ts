/** A configuration as written: plain values, and where in the file each of them stands. */
import { fail, isNestedDeeper } from '@foveate/contracts';
import { isCollection, isMap, isNode, isScalar, LineCounter, parse, parseDocument, visit } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import { slots } from './slots.js';

/** Keys and list positions from the root of a configuration. */
export type ConfigPath = readonly (string | number)[];

/** Plain configuration values with their origin. */
export interface ConfigDocument {
  /** Plain data; overrides applied. */
  readonly value: unknown;
  /** `file:line:column` of a path or of its nearest ancestor; the override's text where an override set it. */
  locate(path: ConfigPath): string;
}

/** `a.b.0.c` */
export function pathText(path: ConfigPath): string {
  return path.join('.');
}

/** Positions of the key of a map entry, or of a list item. */
function offsetOf(document: Document, path: ConfigPath): number | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = (parent as YAMLMap).items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
    return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  const node: unknown = isCollection(parent) ? parent.get(last, true) : undefined;
  return isNode(node) ? node.range?.[0] : undefined;
}

/**
 * Parses YAML or JSON text.
 * @param file name for messages
 * @throws FoveateError `CONFIG_INVALID` with line and column for a syntax error
 */
export function parseConfigText(text: string, file: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parsed(() => parseDocument(text, { lineCounter: lines, prettyErrors: false }), file);
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${String(line)}:${String(col)}`;
  };
  const [error] = document.errors;
  if (error !== undefined) {
    throw fail({ code: 'CONFIG_INVALID', what: error.message.replace(/\.$/, ''), where: at(error.pos[0]) });
  }
  return {
    value: plainData(document, at, file),
    locate(path) {
      for (let length = path.length; length > 0; length--) {
        const offset = offsetOf(document, path.slice(0, length));
        if (offset !== undefined) return at(offset);
      }
      return file;
    },
  };
}

/** Levels of the deepest configuration; that of a deep `one-of` has a dozen. */
const depthLimit = 64;
/** Values of the largest configuration, repeated ones counted each time: that of a thousand classes has some thousand. */
const valueLimit = 1_000_000;

/** The library calls itself for each level, so that a text of nothing but brackets ends it. */
function parsed<T>(parser: () => T, where: string): T {
  try {
    return parser();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw fail({ code: 'CONFIG_INVALID', what: 'The text is nested too deeply', where, cause });
  }
}

/** The values of a document, its aliases (`*name`) replaced by what they stand for. */
function plainData(document: Document, at: (offset: number) => string, file: string): unknown {
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node) => {
      if ('anchor' in node && typeof node.anchor === 'string') anchors.add(node.anchor);
    },
    Alias: (_, { source, range }) => {
      if (anchors.has(source)) return;
      const where = at(range?.[0] ?? 0);
      const advice = "Put a text that begins with '*' into quotes";
      throw fail({
        code: 'CONFIG_INVALID',
        what: `There is no anchor '&${source}' before the alias '*${source}'`,
        where,
        advice,
      });
    },
  });
  let value: unknown;
  try {
    value = document.toJS() as unknown;
  } catch (cause) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'The aliases of the configuration cannot be followed',
      where: file,
      got: String(cause),
      cause,
    });
  }
  requirePlain(value, file);
  return value;
}

/** Refuses what functions that go through it would not come out of: data that holds itself, or doubles with every level. */
function requirePlain(value: unknown, where: string): void {
  if (isNestedDeeper(value, depthLimit)) {
    const what = 'The configuration is nested too deeply, or an alias stands within what it is an alias of';
    throw fail({ code: 'CONFIG_INVALID', what, where, expected: `at most ${String(depthLimit)} levels` });
  }
  let count = 0;
  const visitAll = (inner: unknown): void => {
    if (++count > valueLimit)
      throw fail({
        code: 'CONFIG_INVALID',
        what: 'The configuration is absurdly large',
        where,
        expected: `at most ${String(valueLimit)} values`,
      });
    if (isRecord(inner)) Object.values(inner).forEach(visitAll);
  };
  visitAll(value);
}

/** A configuration made by a program. */
export function documentOf(value: unknown, name: string): ConfigDocument {
  requirePlain(value, name);
  return { value: structuredClone(value), locate: () => name };
}

/**
 * Applies `a.b=c` overrides; values are YAML, so `data.augment=[]` and `loss={id: ceod, omega: 1}` work. Setting an
 * option of what is named by a bare text, `loss: ceod`, keeps what is named; elsewhere a key takes the place of a text.
 * @throws FoveateError `CONFIG_INVALID` for text without `=` or a value that is not YAML
 */
export function withOverrides(document: ConfigDocument, overrides: readonly string[]): ConfigDocument {
  const origins: { readonly path: string; readonly text: string }[] = [];
  let value = document.value;
  for (const text of overrides) {
    const equals = text.indexOf('=');
    if (equals < 1) {
      throw fail({ code: 'CONFIG_INVALID', what: 'Override has no value', expected: '--set key=value', got: text });
    }
    const keys = text.slice(0, equals).split('.');
    let parsed: unknown;
    try {
      parsed = parse(text.slice(equals + 1));
    } catch (cause) {
      throw fail({ code: 'CONFIG_INVALID', what: 'Override value is not valid YAML', where: `--set ${text}`, cause });
    }
    requirePlain(value, `--set ${text}`);
    value = replaced(value, keys, parsed, { path: [], text });
    origins.push({ path: pathText(keys), text: `--set ${text}` });
  }
  return {
    value,
    locate(path) {
      const isWithin = (inner: string, outer: string) => `${inner}.`.startsWith(`${outer}.`);
      const key = pathText(path);
      const setter = origins.findLast((origin) => isWithin(key, origin.path));
      // What the file has nothing of is there because of what was set in it.
      const stranger = path.map((_, index) => path.slice(0, index + 1)).find((part) => !has(document.value, part));
      const maker = stranger && origins.findLast((origin) => isWithin(origin.path, pathText(stranger)));
      return (setter ?? maker)?.text ?? document.locate(path);
    },
  };
}

function has(value: unknown, path: ConfigPath): boolean {
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);
  return isRecord(parent) && String(path.at(-1)) in parent;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The key that a bare text at a path is short for: `loss: ceod` is `loss: {id: ceod}`. Undefined where it is for none. */
function longForm(path: ConfigPath): string | undefined {
  // A plugin may stand in a slot, or in a list somewhere in one.
  if (slots.some((slot) => slot.path.every((key, index) => key === path[index]))) return 'id';
  return pathText(path) === 'data.duplicates' ? 'treatment' : undefined;
}

/** Where in the configuration an override has come to, and its own text. */
interface Place {
  readonly path: ConfigPath;
  readonly text: string;
}

/**
 * `target` with a value at the keys.
 * @throws FoveateError `CONFIG_INVALID` for a place that a list does not have
 */
function replaced(target: unknown, [key, ...rest]: readonly string[], value: unknown, { path, text }: Place): unknown {
  if (key === undefined) return value;
  const below = { path: [...path, key], text };
  if (Array.isArray(target)) {
    const copy: unknown[] = [...(target as unknown[])];
    const index = placeIn(copy, key, below);
    copy[index] = replaced(copy[index], rest, value, below);
    return copy;
  }
  const long = typeof target === 'string' ? longForm(path) : undefined;
  const object: Record<string, unknown> =
    typeof target === 'object' ? { ...target } : long === undefined ? {} : { [long]: target };
  const own = Object.hasOwn(object, key) ? object[key] : undefined;
  // Defined, not assigned: '__proto__' would be swallowed.
  return Object.defineProperty(object, key, {
    value: replaced(own, rest, value, below),
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

/** One of a list's places, or that behind its last. */
function placeIn(list: readonly unknown[], key: string, { path, text }: Place): number {
  const index = Number(key);
  if (/^\d+$/.test(key) && index <= list.length) return index;
  throw fail({
    code: 'CONFIG_INVALID',
    what: `${pathText(path.slice(0, -1))} is a list and has no place '${key}'`,
    where: `--set ${text}`,
    expected:
      list.length === 0 ? '0' : `a place from 0 to ${String(list.length - 1)}, or ${String(list.length)} to append`,
    got: key,
  });
}
