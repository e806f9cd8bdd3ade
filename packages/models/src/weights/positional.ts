import type { VariableSpec } from '@foveate/contracts';
import type { WeightNaming } from './naming.js';

/**
 * The names of `.weights.h5` files whose groups do not say which layer they are, as Keras wrote them before it stored
 * names: layers are numbered within their class, in the order of the graph. That is the order in which a model without
 * parallel branches declares its variables.
 * @param keras the names that newer files have
 */
export function positionalNaming(variables: readonly VariableSpec[], keras: WeightNaming): WeightNaming {
  const counts = new Map<string, number>();
  const layers = new Map<string, string>();
  for (const { name, shape } of variables) {
    const cut = name.lastIndexOf('/');
    const kind = kindOf(name.slice(cut + 1), shape.length);
    const layer = name.slice(0, cut);
    if (kind === undefined || layers.has(layer)) continue;
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    layers.set(layer, `layers/${kind}${count === 0 ? '' : `_${count}`}`);
  }
  return { ...keras, layers: [...layers] };
}

/** Class of the layer that begins with this variable. */
function kindOf(leaf: string, rank: number): string | undefined {
  if (leaf === 'kernel') return rank === 4 ? 'conv2d' : 'dense';
  return leaf === 'depthwise' ? 'depthwise_conv2d' : leaf === 'gamma' ? 'batch_normalization' : undefined;
}
