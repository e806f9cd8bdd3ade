import { fail, type HostTensors } from '@foveate/contracts';
import type { Normalisation } from '../blocks/index.js';

/** What a model of tfjs is made into a model with. */
export interface ModelParts {
  /** Path of `model.json`, for errors. */
  readonly path: string;
  readonly weights: HostTensors;
  readonly normalisation: Normalisation;
  readonly featureLayer: string | undefined;
  readonly head: 'new' | 'model';
  readonly dropout: number;
}

/** @throws FoveateError `CONFIG_INVALID` when an output of this shape, the batch first, does not hold one logit per class */
export function checkClasses(
  output: readonly (number | null)[],
  { classes }: { readonly classes: number },
  where: string,
): void {
  const count = output.slice(1).reduce<number>((product, size) => product * (size ?? 1), 1);
  if (count === classes) return;
  throw fail({
    code: 'CONFIG_INVALID',
    where,
    what: "The model's own head has another number of classes",
    expected: String(classes),
    got: String(count),
    advice: "Set head: 'new'",
  });
}
