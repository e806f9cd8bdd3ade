/**
 * Checks of untrusted values. A library of schemas would take longer to load than a store of thousands of masks takes to read,
 * and three times as long for each line.
 */

/** @returns what is wrong with the value, behind the path to it; undefined when nothing is */
export type Check = (value: unknown) => string | undefined;

/** Of exactly these keys. */
export function object(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  const [needed, possible] = [Object.entries(required), Object.entries(optional)];
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ' is no object';
    const record = value as Record<string, unknown>;
    let known = 0;
    for (const [key, check] of needed) {
      if (!Object.hasOwn(record, key)) return `.${key} is missing`;
      known++;
      const wrong = check(record[key]);
      if (wrong !== undefined) return `.${key}${wrong}`;
    }
    for (const [key, check] of possible) {
      if (!Object.hasOwn(record, key)) continue;
      known++;
      const wrong = check(record[key]);
      if (wrong !== undefined) return `.${key}${wrong}`;
    }
    if (Object.keys(record).length === known) return undefined;
    const strange = Object.keys(record).find((key) => !Object.hasOwn(required, key) && !Object.hasOwn(optional, key));
    return ` has a key '${printable(strange)}' that it must not have`;
  };
}

/** A list of at least one and at most `most`. */
export function list(one: Check, least: number, most: number): Check {
  return (value) => {
    if (!Array.isArray(value)) return ' is no list';
    if (value.length < least || value.length > most) return ` has ${String(value.length)} elements, not ${String(least)} to ${String(most)}`; // prettier-ignore
    for (let at = 0; at < value.length; at++) {
      const wrong = one(value[at]);
      if (wrong !== undefined) return `[${String(at)}]${wrong}`;
    }
    return undefined;
  };
}

/** One of some values. */
export function oneOf(...values: readonly unknown[]): Check {
  return (value) => (values.includes(value) ? undefined : ` is ${printable(value)}, not ${values.join(', ')}`);
}

/** A whole number. */
export function integer(least: number, most: number): Check {
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : ` is ${printable(value)}, not a whole number from ${String(least)} to ${String(most)}`;
}

/** A number of [0, 1]. */
export function share(value: unknown): string | undefined {
  return typeof value === 'number' && value >= 0 && value <= 1 ? undefined : ` is ${printable(value)}, not in [0, 1]`;
}

/** They could change what a terminal shows. */
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/**
 * Text without control characters.
 * @param rules what it must not match, with what is wrong then
 */
export function text(least: number, most: number, ...rules: readonly (readonly [RegExp, string])[]): Check {
  return (value) => {
    if (typeof value !== 'string') return ' is no text';
    if (value.length < least || value.length > most) return ` has ${String(value.length)} characters, not ${String(least)} to ${String(most)}`; // prettier-ignore
    if (control.test(value)) return ' holds control characters';
    for (const [pattern, wrong] of rules) if (pattern.test(value)) return ` ${wrong}`;
    return undefined;
  };
}

/** Text that matches. */
export function matching(pattern: RegExp, what: string): Check {
  return (value) => (typeof value === 'string' && pattern.test(value) ? undefined : ` is no ${what}`);
}

/** Any value as short text that can be printed. */
function printable(value: unknown): string {
  return String(JSON.stringify(value))
    .slice(0, 40)
    .replaceAll(/[^ -~]/g, '?');
}
