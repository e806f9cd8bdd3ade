/** Optimizer slots: variables that start at zero and are not trained. */
import type { VariableSpec } from '@foveate/contracts';

/** A slot of the given name and shape. */
export function zeroSlot(name: string, shape: readonly number[]): VariableSpec {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { name, shape, trainable: false, initial: () => new Float32Array(size) };
}

/** The slot `<kind>/<variable>` with the variable's shape. */
export function slotLike(kind: string, variable: VariableSpec): VariableSpec {
  return zeroSlot(`${kind}/${variable.name}`, variable.shape);
}
