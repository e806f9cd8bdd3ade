/** A configuration as written: plain values, and where in the file each of them stands. */
import { fail } from '@foveate/contracts';
import { isAlias, isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import { plainData, requirePlain, withinDepth } from './plain-data.js';
import { slots } from './slots.js';

/** Keys and list positions from the root of a configuration. */
export type ConfigPath = readonly (string | number)[];

/** Plain configuration values with their origin. */
export interface ConfigDocument {
  /** Plain data; overrides applied. */
  readonly value: unknown;
  /** `file:line:column` of a path or of its nearest ancestor; the override's text where an override set it. */
  locate(path: ConfigPath): string;
  /**
   * How a value that YAML takes for a number or a truth value was written: `01` of 1. undefined where `value` does not
   * stand at the path, or was not written.
   */
  textAt(path: ConfigPath, value: unknown): string | undefined;
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

/** Keys are names: 01 and 1 are two of them. */
function sameText(a: unknown, b: unknown): boolean {
  return isScalar(a) && isScalar(b) && (a.source ?? String(a.value)) === (b.source ?? String(b.value));
}

/**
 * Gives keys the text they were written with, whatever YAML takes it for.
 * @throws FoveateError `CONFIG_INVALID` for `__proto__`, which cannot be a key of an object
 */
function keepNames(document: Document, at: (offset: number) => string): void {
  visit(document, {
    Pair: (_index, { key }) => {
      if (!isScalar(key)) return;
      if (typeof key.value !== 'string' && key.source !== undefined) key.value = key.source;
      if (key.value !== '__proto__') return;
      const advice = 'Rename the folder, column or type';
      throw fail({
        code: 'CONFIG_INVALID',
        what: "A key cannot be '__proto__'",
        where: at(key.range?.[0] ?? 0),
        advice,
      });
    },
  });
}

function textIn(document: Document, path: ConfigPath, value: unknown): string | undefined {
  const found: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  const node = isAlias(found) ? found.resolve(document) : found;
  return isScalar(node) && node.value === value && node.type === 'PLAIN' ? node.source : undefined;
}

/**
 * Parses YAML or JSON text.
 * @param file name for messages
 * @throws FoveateError `CONFIG_INVALID` with line and column for a syntax error
 */
export function parseConfigText(text: string, file: string): ConfigDocument {
  const lines = new LineCounter();
  const document = withinDepth(
    () => parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: sameText }),
    file,
  );
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${String(line)}:${String(col)}`;
  };
  const [error] = document.errors;
  if (error !== undefined) {
    throw fail({ code: 'CONFIG_INVALID', what: error.message.replace(/\.$/, ''), where: at(error.pos[0]) });
  }
  keepNames(document, at);
  return {
    value: plainData(document, at, file),
    textAt: (path, value) => textIn(document, path, value),
    locate(path) {
      for (let length = path.length; length > 0; length--) {
        const offset = offsetOf(document, path.slice(0, length));
        if (offset !== undefined) return at(offset);
      }
      return file;
    },
  };
}

/** A configuration made by a program. */
export function documentOf(value: unknown, name: string): ConfigDocument {
  requirePlain(value, name);
  return { value: structuredClone(value), locate: () => name, textAt: () => undefined };
}

/**
 * Applies `a.b=c` overrides; values are YAML, so `data.augment=[]` and `loss={id: ceod, omega: 1}` work. Setting an
 * option of what is named by a bare text, `loss: ceod`, keeps what is named; elsewhere a key takes the place of a text.
 * @throws FoveateError `CONFIG_INVALID` for text without `=` or a value that is not YAML
 */
export function withOverrides(document: ConfigDocument, overrides: readonly string[]): ConfigDocument {
  const origins: { readonly path: string; readonly text: string; readonly document: ConfigDocument }[] = [];
  let value = document.value;
  for (const text of overrides) {
    const equals = text.indexOf('=');
    if (equals < 1) {
      throw fail({ code: 'CONFIG_INVALID', what: 'Override has no value', expected: '--set key=value', got: text });
    }
    const keys = text.slice(0, equals).split('.');
    let parsed: ConfigDocument;
    try {
      parsed = parseConfigText(text.slice(equals + 1), '--set');
    } catch (cause) {
      throw fail({ code: 'CONFIG_INVALID', what: 'Override value is not valid YAML', where: `--set ${text}`, cause });
    }
    value = replaced(value, keys, parsed.value, { path: [], text });
    origins.push({ path: pathText(keys), text: `--set ${text}`, document: parsed });
  }
  const isWithin = (inner: string, outer: string) => `${inner}.`.startsWith(`${outer}.`);
  return {
    value,
    textAt(path, value) {
      const setter = origins.findLast((origin) => isWithin(pathText(path), origin.path));
      if (setter === undefined) return document.textAt(path, value);
      return setter.document.textAt(path.slice(setter.path.split('.').length), value);
    },
    locate(path) {
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
