/** What a loss is given: what it declared to read, and errors in place of the rest. */
import type { Loss, LossInputs, ModelView } from '@foveate/contracts';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';

/** All that a program has of a batch. */
export interface LossMaterial extends ModelView {
  readonly labels: Tensor2D;
  /** Not there when features come from a cache. */
  readonly images?: Tensor4D;
  readonly aoi?: Tensor3D;
}

/** @throws Error from the inputs, when `loss` reads what it does not name in `uses` or the batch does not have */
export function lossInputs(loss: Loss, { images, aoi, ...rest }: LossMaterial): LossInputs {
  const needed = <T>(name: Loss['uses'][number], value: T | undefined): T => {
    if (!loss.uses.includes(name)) throw new Error(`A loss that reads '${name}' has to name it in its 'uses'.`);
    if (value === undefined) throw new Error(`A batch has no '${name}', which the loss reads.`);
    return value;
  };
  return {
    ...rest,
    get images() {
      return needed('images', images);
    },
    get aoi() {
      return needed('aoi', aoi);
    },
  };
}
