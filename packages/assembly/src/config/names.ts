/** Names that YAML takes for something else: a folder `01` is not 1, and a version `1.10` not 1.1. */
import type { ConfigDocument, ConfigPath } from './document.js';
import type { SchemaGuide } from './guide.js';

/**
 * The value with what was written where a text is wanted and a number or truth value was read.
 * @param base where the value stands in the document; what the guide knows begins there
 */
export function withNames(value: unknown, base: ConfigPath, guide: SchemaGuide, document: ConfigDocument): unknown {
  const named = (at: unknown, path: ConfigPath): unknown => {
    if (Array.isArray(at)) return at.map((item: unknown, index) => named(item, [...path, index]));
    if (typeof at === 'object' && at !== null) {
      return Object.fromEntries(Object.entries(at).map(([key, item]) => [key, named(item, [...path, key])]));
    }
    if (typeof at !== 'number' && typeof at !== 'boolean') return at;
    const text = document.textAt([...base, ...path], at);
    return text !== undefined && guide.wantsText(path, typeof at as 'number' | 'boolean') ? text : at;
  };
  return named(value, []);
}
