/** How other libraries name the tensors of an architecture, as data. */
import type { Layout, Leaf } from './layout.js';

/** What a library calls the tensors of a layer, and in which order it keeps their axes. */
export interface Convention {
  readonly layout: Layout;
  /** Between the name of a layer and that of its tensor. */
  readonly separator: string;
  /** Its names of each tensor; versions differ, so there may be several. */
  readonly leaves: Readonly<Record<Leaf, readonly string[]>>;
  /** Tensors that are no weights of a layer: what they are, by a pattern of their names. */
  readonly noWeights: readonly (readonly [pattern: RegExp, what: string])[];
}

/** How one library names the layers of one architecture. */
export interface WeightNaming {
  /** Name of the library or of the family of files, for users to choose. */
  readonly scheme: string;
  readonly convention: Convention;
  /**
   * Name of a layer here, and there where versions may differ; the first line that fits counts. `{b}` on the left is a number; on the right `{b}` is
   * the same number, `{b-1}` one less, `{b:letter}` a for 1, b for 2. `{n}` counts blocks over all stages from 0, where
   * `blocks` is given.
   */
  readonly layers: readonly (readonly [ours: string, ...theirs: string[]])[];
  /** Blocks of each stage, for `{n}`; the numbers are `{s}` and `{b}`. */
  readonly blocks?: readonly number[];
  /** Padding of strided convolutions the weights were trained with; absent where files of both kinds have these names. */
  readonly padding?: 'same' | 'symmetric';
  /** Mean of the input, where files keep it among the weights and the model has it built in. */
  readonly inputMean?: readonly number[];
  /** What to do where tensors remain that the model has no place for. */
  readonly advice?: string;
}

const placeholder = /\{(\w+)(?:([+-]\d+)|:(letter))?\}/g;

/** The pattern as a regular expression with a named group for each number. */
function expression(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll(/\{(\w+)\}/g, String.raw`(?<$1>\d+)`)}$`);
}

/** Names that `naming` has for a variable of this library, best first; none when it does not know the layer. */
export function namesOf(variable: string, { layers, convention, blocks }: WeightNaming): readonly string[] {
  const cut = variable.lastIndexOf('/');
  const leaves = convention.leaves[variable.slice(cut + 1) as Leaf] as readonly string[] | undefined;
  for (const [ours, ...theirs] of layers) {
    const groups = expression(ours).exec(variable.slice(0, cut));
    if (groups === null || leaves === undefined) continue;
    const numbers = numbersOf(groups.groups ?? {}, blocks);
    return theirs.flatMap((template) => leaves.map((leaf) => filled(template, numbers) + convention.separator + leaf));
  }
  return [];
}

/** The template with numbers in place of `{b}`, `{b-1}` and `{b:letter}`. */
function filled(template: string, numbers: Readonly<Record<string, number>>): string {
  return template.replaceAll(placeholder, (_, name: string, offset?: string, letter?: string) => {
    const value = (numbers[name] ?? Number.NaN) + Number(offset ?? 0);
    return letter === undefined ? String(value) : String.fromCharCode(96 + value);
  });
}

function numbersOf(groups: Readonly<Record<string, string>>, blocks: readonly number[] = []): Record<string, number> {
  const numbers = Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, Number(text)]));
  const before = blocks.slice(0, (numbers['s'] ?? 1) - 1).reduce((sum, count) => sum + count, 0);
  return { ...numbers, n: before + (numbers['b'] ?? 1) - 1 };
}
