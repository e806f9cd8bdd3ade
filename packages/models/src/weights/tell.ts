/** Lists in error messages. */
import type { HostTensor, VariableSpec } from '@foveate/contracts';

const listed = 8;

/** `a, b, c and 12 more` */
export function nameList(names: readonly string[]): string {
  const rest = names.length - listed;
  return names.slice(0, listed).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** `1 tensor has`, `3 tensors have` */
export function counted(list: readonly unknown[], one: string, several: string): string {
  return `${list.length} ${list.length === 1 ? one : several}`;
}

/** A tensor that does not fit its variable. */
export interface Misfit {
  readonly spec: VariableSpec;
  /** In the layout of the variable; undefined when it holds no floating-point values. */
  readonly tensor: HostTensor | undefined;
  /** Its name in the file. */
  readonly from: string;
}

/** Variables, what they expect, what they got and from which tensor, as lines of aligned columns. */
export function misfitTable(misfits: readonly Misfit[]): string {
  const shape = (sizes: readonly number[]) => `[${sizes.join(', ')}]`;
  const rows = [
    ['variable', 'expected', 'got', 'from'],
    ...misfits
      .slice(0, 2 * listed)
      .map(({ spec, tensor, from }) => [
        spec.name,
        shape(spec.shape),
        tensor ? shape(tensor.shape) : 'no floats',
        from,
      ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    (row) =>
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}`,
  );
  const rest = misfits.length - 2 * listed;
  return [...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n');
}
