/** What a training said, for the tests of this package. */
import type { RunEvent } from '@foveate/contracts';
import { decodeSafetensors } from '@foveate/tensor';
import { readFileSync } from 'node:fs';
import { train, type TrainOptions } from '../train.js';

/** All events; `onEvent` may act while the training runs. */
export function events(
  settings: TrainOptions,
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<RunEvent[]> {
  return new Promise((resolve, reject) => {
    const seen: RunEvent[] = [];
    train(settings).subscribe({
      next: (event) => {
        seen.push(event);
        onEvent(event);
      },
      error: reject,
      complete: () => resolve(seen),
    });
  });
}

/** The events of one type. */
export const only = <T extends RunEvent['type']>(all: readonly RunEvent[], type: T) =>
  all.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

/** Figures of the steps that do not depend on the clock. */
export const losses = (all: readonly RunEvent[]) =>
  only(all, 'step').map(({ epoch, step, loss, meanLoss, learningRate }) => ({
    epoch,
    step,
    loss,
    meanLoss,
    learningRate,
  }));

/** The tensors of a checkpoint. */
export const tensorsOf = (path: string) => decodeSafetensors(new Uint8Array(readFileSync(path)), path).tensors;

/** Figures of the learning curve that do not depend on the clock. */
export const curve = (all: readonly RunEvent[]) =>
  only(all, 'epoch').map(({ record: { epoch, train: trained, validation, learningRate }, best }) => ({
    epoch,
    trained,
    validation,
    learningRate,
    best,
  }));
