/**
 * Whether plain data has more than `levels` objects and lists within one another, as data that holds itself has; to be asked
 * of what strangers wrote before functions that call themselves go through it.
 */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  let row: object[] = isObject(value) ? [value] : [];
  for (let level = 0; row.length > 0; level++) {
    if (level >= levels) return true;
    // What stands in several places of a row is looked at once: lists of the same lists would double with every level.
    const next = new Set<object>();
    for (const object of row) for (const inner of Object.values(object)) if (isObject(inner)) next.add(inner);
    row = [...next];
  }
  return false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
