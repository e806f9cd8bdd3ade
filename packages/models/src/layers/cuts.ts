/** Graphs of values: what follows from what, and where all of it passes through one value. */

/** A value and the values it is computed from. */
export interface Dependent<T> {
  readonly inputs: readonly T[];
}

/** All values that `to` is computed from, itself included and `from` not, each after those it needs. */
export function between<T extends Dependent<T>>(from: T, to: T): readonly T[] {
  const order: T[] = [];
  const seen = new Set<T>([from]);
  const visit = (value: T): void => {
    if (seen.has(value)) return;
    seen.add(value);
    value.inputs.forEach(visit);
    order.push(value);
  };
  visit(to);
  return order;
}

/** Values that every path from `input` to `output` passes through, in order, `output` last: where a model can be cut. */
export function cuts<T extends Dependent<T>>(input: T, output: T): readonly T[] {
  return between(input, output).filter((value) => !between(value, output).includes(input));
}
