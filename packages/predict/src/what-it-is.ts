/** A value from a program that no compiler checked, in a few words for an error: `null`, `Float32Array of 12`. */
export function whatItIs(value: unknown): string {
  if (typeof value === 'string') return `the text '${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) {
    const short = value.length <= 4 && value.every((one) => typeof one === 'number');
    return short ? `[${value.join(', ')}]` : `array of ${String(value.length)}`;
  }
  const { constructor: made } = value as { readonly constructor?: { readonly name?: unknown } };
  const name = typeof made?.name === 'string' ? made.name : 'object';
  if (ArrayBuffer.isView(value)) return `${name} of ${'length' in value ? String(value.length) : 'bytes'}`;
  if (name !== 'Object' && name !== 'object') return name;
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 6).join(', ')}`;
}
