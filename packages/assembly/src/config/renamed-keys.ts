/** Keys that had another name once: what says the old one is read as if it said the new one, and told so. */
import { pathText, type ConfigDocument, type ConfigPath } from './document.js';
import { isObject } from './plain-object.js';

/** A key that moved. */
interface RenamedKey {
  readonly from: readonly [string, ...string[]];
  readonly to: readonly [string, ...string[]];
  /** Values that have another name now. */
  readonly values?: Readonly<Record<string, string>>;
}

const renamedKeys: readonly RenamedKey[] = [
  { from: ['training', 'logs'], to: ['observers'] },
  { from: ['training', 'trunkCache'], to: ['training', 'featureCache'] },
  {
    from: ['training', 'frozenStatistics'],
    to: ['training', 'frozenBatchNorm'],
    values: { held: 'eval', moving: 'train' },
  },
];

/** A document that says the new names, and what to tell of it. */
export interface RenamedDocument extends ConfigDocument {
  readonly renames: readonly string[];
}

/** The document with the keys of now; where both names stand, the new one counts and the old one is left for the schema to refuse. */
export function withRenames(document: ConfigDocument): RenamedDocument {
  const used = renamedKeys.filter(({ from, to }) => has(document.value, from) && !has(document.value, to));
  const value = used.reduce(moved, document.value);
  const before = (path: ConfigPath): ConfigPath => {
    const key = used.find(({ to }) => to.every((part, index) => path[index] === part));
    return key === undefined ? path : [...key.from, ...path.slice(key.to.length)];
  };
  return {
    value,
    locate: (path) => document.locate(before(path)),
    textAt: (path, at) => document.textAt(before(path), at),
    renames: used.map(({ from, to }) => `${pathText(from)} is called ${pathText(to)} now.`),
  };
}

/** An override, `a.b=c`, of the key of now. */
export function renamedOverride(text: string): string {
  const [path = ''] = text.split('=', 1);
  const key = renamedKeys.find(({ from }) => path === pathText(from) || path.startsWith(`${pathText(from)}.`));
  if (key === undefined) return text;
  const value = text.slice(path.length + 1);
  return `${pathText(key.to)}${path.slice(pathText(key.from).length)}=${renamedValue(value, key.values)}`;
}

function renamedValue(value: string, values: RenamedKey['values'] = {}): string {
  return Object.hasOwn(values, value) ? (values[value] ?? value) : value;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((parent, key) => (isObject(parent) ? parent[key] : undefined), value);
}

function has(value: unknown, path: readonly string[]): boolean {
  return at(value, path) !== undefined;
}

function moved(value: unknown, { from, to, values }: RenamedKey): unknown {
  const found = at(value, from);
  const renamed = typeof found === 'string' ? renamedValue(found, values) : found;
  return withValue(withValue(value, from, undefined), to, renamed);
}

/** A copy with a value at a path; undefined takes the key away. */
function withValue(value: unknown, [key, ...rest]: readonly string[], next: unknown): unknown {
  if (key === undefined) return next;
  const object = isObject(value) ? value : {};
  const inner = withValue(object[key], rest, next);
  const others = Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
  return inner === undefined ? others : { ...others, [key]: inner };
}
