import type { Graph } from '../ir.js';
import { verify } from '../verify.js';
import { affinePerChannel } from './affine-per-channel.js';
import { commonSubexpressions } from './common-subexpressions.js';
import { deadCode } from './dead-code.js';
import { dotInsteadOfSumOfProducts } from './dot-instead-of-sum-of-products.js';
import { reluGradientFromOutput } from './relu-gradient-from-output.js';
import { selectInsteadOfMask } from './select-instead-of-mask.js';
import { swishGradient } from './swish-gradient.js';

/** A graph rewrite: same results, fewer or cheaper nodes. */
export type Pass = (graph: Graph) => Graph;

/** All passes by name, in the order they run. */
export const passes: Readonly<Record<string, Pass>> = {
  deadCode,
  commonSubexpressions,
  reluGradientFromOutput,
  selectInsteadOfMask,
  swishGradient,
  affinePerChannel,
  dotInsteadOfSumOfProducts,
  sweep: deadCode,
};

/** Those whose result only ONNX Runtime's CPU provider runs well. */
export const cpuPasses: readonly string[] = ['dotInsteadOfSumOfProducts'];

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
