import type { Target } from '../builder.js';
import type { Graph } from '../ir.js';
import { verify } from '../verify.js';
import { commonSubexpressions } from './common-subexpressions.js';
import { deadCode } from './dead-code.js';
import { dotInsteadOfSumOfProducts } from './dot-instead-of-sum-of-products.js';
import { outputsWithoutCopies } from './outputs-without-copies.js';
import { reluGradientFromOutput } from './relu-gradient-from-output.js';
import { selectInsteadOfMask } from './select-instead-of-mask.js';
import { swishGradient } from './swish-gradient.js';
import { wideRows } from './wide-rows.js';

/** A graph rewrite: same results, fewer or cheaper nodes. */
export type Pass = (graph: Graph) => Graph;

/** All passes by name, in the order they run. */
export const passes: Readonly<Record<string, Pass>> = {
  deadCode,
  commonSubexpressions,
  reluGradientFromOutput,
  selectInsteadOfMask,
  swishGradient,
  dotInsteadOfSumOfProducts,
  wideRows,
  outputsWithoutCopies,
  sweep: deadCode,
};

/** Passes that pay on some targets only; the others run always. */
const targeted: Readonly<Partial<Record<string, Target>>> = {
  // One sweep instead of two, but ONNX Runtime's CPU provider chooses on one thread and multiplies on all.
  selectInsteadOfMask: 'portable',
  // The operator it needs is ONNX Runtime's own.
  dotInsteadOfSumOfProducts: 'cpu',
  wideRows: 'cpu',
};

/** Names of the passes that do not pay on a target. */
export function idlePasses(target: Target): string[] {
  return Object.keys(passes).filter((name) => (targeted[name] ?? target) !== target);
}

/** Runs the passes, verifying the graph before the first and after each. @param skip names of passes to leave out */
export function optimise(graph: Graph, skip: readonly string[] = []): Graph {
  verify(graph, 'trace');
  return Object.entries(passes)
    .filter(([name]) => !skip.includes(name))
    .reduce((current, [name, pass]) => {
      const next = pass(current);
      verify(next, name);
      return next;
    }, graph);
}
