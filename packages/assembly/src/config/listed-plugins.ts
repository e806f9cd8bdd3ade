/** A list where one plugin stands, read as the plugin that chooses among its members: `aoi: [store, network]`. */
import type { ConfigDocument, ConfigPath } from './document.js';
import { isObject } from './plain-object.js';
import { slots, type Slot } from './slots.js';

/** Option of such plugins that holds the list. */
const option = 'of';

/** The document with such lists in the option of their plugin, located where they were written. */
export function withListedPlugins(document: ConfigDocument): ConfigDocument {
  const lists = slots.filter(({ listAs, path }) => listAs !== undefined && Array.isArray(at(document.value, path)));
  if (lists.length === 0) return document;
  const written = (path: ConfigPath): ConfigPath => {
    const list = lists.find((slot) => slot.path.every((part, index) => path[index] === part));
    const depth = list?.path.length ?? 0;
    return list !== undefined && path[depth] === option ? path.toSpliced(depth, 1) : path;
  };
  return {
    value: lists.reduce((value, { path, listAs }) => replaced(value, path, listAs), document.value),
    locate: (path) => document.locate(written(path)),
    textAt: (path, index) => document.textAt(written(path), index),
  };
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((parent, key) => (isObject(parent) ? parent[key] : undefined), value);
}

function replaced(value: unknown, [key, ...rest]: readonly string[], id: Slot['listAs']): unknown {
  if (key === undefined) return { id, [option]: value };
  return isObject(value) ? { ...value, [key]: replaced(value[key], rest, id) } : value;
}
