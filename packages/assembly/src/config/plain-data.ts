/** What a configuration file may hold: bounds that keep hostile or broken ones from costing time and memory. */
import { fail, isNestedDeeper } from '@foveate/contracts';
import { visit } from 'yaml';
import type { Document } from 'yaml';

/** Levels of the deepest configuration; that of a deep `one-of` has a dozen. */
const depthLimit = 64;
/** Values of the largest configuration, repeated ones counted each time: that of a thousand classes has some thousand. */
const valueLimit = 1_000_000;

/** The library calls itself for each level, so that a text of nothing but brackets ends it. */
export function withinDepth<T>(parser: () => T, where: string): T {
  try {
    return parser();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw fail({ code: 'CONFIG_INVALID', what: 'The text is nested too deeply', where, cause });
  }
}

/** The values of a document, its aliases (`*name`) replaced by what they stand for. */
export function plainData(document: Document, at: (offset: number) => string, file: string): unknown {
  const anchors = new Set<string>();
  let firstAlias: number | undefined;
  visit(document, {
    Node: (_, node) => {
      if ('anchor' in node && typeof node.anchor === 'string') anchors.add(node.anchor);
    },
    Alias: (_, { source, range }) => {
      firstAlias ??= range?.[0];
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
  const where = firstAlias === undefined ? file : at(firstAlias);
  let value: unknown;
  try {
    value = document.toJS() as unknown;
  } catch (cause) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'The aliases of the configuration cannot be followed: they repeat too much, or themselves',
      where,
      advice: 'Write out what they stand for',
      cause,
    });
  }
  requirePlain(value, where);
  return value;
}

/** Refuses what functions that go through it would not come out of: data that holds itself, or doubles with every level. */
export function requirePlain(value: unknown, where: string): void {
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
    if (typeof inner === 'object' && inner !== null) Object.values(inner).forEach(visitAll);
  };
  visitAll(value);
}
