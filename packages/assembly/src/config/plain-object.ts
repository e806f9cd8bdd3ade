/** An object of a configuration, as YAML and JSON have them. */
export type PlainObject = Record<string, unknown>;

/** Whether a value has keys; lists have none. */
export function isObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
