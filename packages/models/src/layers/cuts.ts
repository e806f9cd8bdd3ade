/** Graphs of values: what follows from what, and where all of it passes through one value. */

/** A value and the values it is computed from. */
export interface Dependent<T> {
  readonly inputs: readonly T[];
}

/** All values that `to` is computed from, itself included and `from` not, each after those it needs. */
export function between<T extends Dependent<T>>(from: T, to: T): readonly T[] {
  if (from === to) return [];
  const order: T[] = [];
  const seen = new Set<T>([from, to]);
  // Not recursive: graphs come from files and may be deeper than the call stack.
  const open = [{ value: to, next: 0 }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const input = top.value.inputs[top.next++];
    if (input === undefined) order.push((open.pop() as typeof top).value);
    else if (!seen.has(input)) {
      seen.add(input);
      open.push({ value: input, next: 0 });
    }
  }
  return order;
}

/** Values that every path from `input` to `output` passes through, in order, `output` last: where a model can be cut. */
export function cuts<T extends Dependent<T>>(input: T, output: T): readonly T[] {
  return between(input, output).filter((value) => !between(value, output).includes(input));
}
