import type { NamedTensors } from '@foveate/contracts';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The tensor of a name. @throws Error when `name` is missing: a program and its state do not belong together */
export function tensorNamed(named: NamedTensors, name: string): Tensor {
  const tensor = named[name];
  if (tensor === undefined) throw new Error(`No tensor '${name}'; there are ${Object.keys(named).join(', ')}.`);
  return tensor;
}
