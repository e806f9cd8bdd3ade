/** What a loss gives, checked: a loss of a third party that is wrong in shape would train all the same, and wrongly. */
import { fail, type LossOutput } from '@foveate/contracts';

/**
 * @param samples of the batch
 * @throws FoveateError `PLUGIN_INVALID` unless it is a scalar with the losses of the samples and named scalars
 */
export function checkedLossOutput(output: LossOutput, samples: number): LossOutput {
  const { loss, perSample, parts } = output as Partial<LossOutput>;
  const wrong = (key: string, expected: string, got: string) =>
    fail({
      code: 'PLUGIN_INVALID',
      what: `The loss gives no '${key}' that can be used`,
      where: 'loss',
      expected,
      got,
      advice: 'Mend what compute returns, or tell the author of the loss',
    });
  if (!isShaped(loss, [])) throw wrong('loss', 'a scalar, such as tf.mean(perSample)', described(loss));
  if (!isShaped(perSample, [samples])) {
    throw wrong('perSample', `the loss of each sample, [${String(samples)}]`, described(perSample));
  }
  if (typeof parts !== 'object') throw wrong('parts', 'a record of scalars, {} for none', described(parts));
  for (const [name, part] of Object.entries(parts)) {
    if (!isShaped(part, [])) throw wrong(`parts.${name}`, 'a scalar', described(part));
  }
  return output;
}

function isShaped(value: { readonly shape: readonly number[] } | undefined, shape: readonly number[]): boolean {
  return Array.isArray(value?.shape) && value.shape.join() === shape.join();
}

function described(value: unknown): string {
  const { shape } = (value ?? {}) as { readonly shape?: unknown };
  return Array.isArray(shape) ? `a tensor [${shape.join(', ')}]` : value === undefined ? 'nothing' : typeof value;
}
