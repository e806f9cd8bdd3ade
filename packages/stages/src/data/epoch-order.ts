/** In which order an epoch shows the samples. */
import { random } from '@foveate/contracts';
import type { Label, RandomStream } from '@foveate/contracts';

/** What an order depends on besides the samples. */
export interface OrderSetting {
  readonly seed: number;
  readonly epoch: number;
  /** True: the classes take turns, so that each batch has as many samples of each. */
  readonly balanced: boolean;
}

/**
 * As many samples as are given, shuffled by seed and epoch alone. Balanced, the classes take turns: those of a rare class
 * are shuffled and shown again and again, those of a frequent one are not all shown.
 */
export function epochOrder<T extends { readonly sample: { readonly label: Label } }>(
  samples: readonly T[],
  { seed, epoch, balanced }: OrderSetting,
): readonly T[] {
  const stream = random(seed, 'order', epoch);
  if (!balanced) return stream.shuffle(samples);
  const classes = stream
    .shuffle([0, 1] as const)
    .map((label) => samples.filter(({ sample }) => sample.label === label));
  const turns = classes.filter((list) => list.length > 0).map((list) => endless(list, stream));
  return Array.from({ length: samples.length }, (_, index) => turns[index % turns.length]?.next().value as T);
}

function* endless<T>(list: readonly T[], stream: RandomStream): Generator<T, never> {
  for (;;) yield* stream.shuffle(list);
}
