/** What a network said, by frame. */
import { fail, type HostTensors } from '@foveate/contracts';
import type { Heatmap } from './frame.js';
import type { NetworkModel } from './network-model.js';

/**
 * Output `score`, or the softmax of two logits, of the frame at `index` of a batch.
 * @throws FoveateError `ENGINE_UNSUPPORTED` when there is none, or it is no number
 */
export function scoreOf(outputs: HostTensors, index: number, count: number, { path }: NetworkModel): number {
  const score = found(outputs, index, count);
  if (score !== undefined && !Number.isNaN(score)) return score;
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: score === undefined ? 'The model tells no score of two classes' : 'The score of the model is not a number',
    where: path,
    expected: "an output 'score' [N], or logits [N, 2]",
    got:
      score === undefined
        ? Object.entries(outputs)
            .map(([name, { shape }]) => `${name} [${shape.join(', ')}]`)
            .join(', ')
        : String(score),
    advice: 'Train it again, or name another model',
  });
}

function found(outputs: HostTensors, index: number, count: number): number | undefined {
  const score = outputs['score'];
  if (score?.data.length === count) return score.data[index];
  const logits = outputs['logits'] ?? Object.values(outputs)[0];
  if (logits?.data.length !== 2 * count) return undefined;
  const [good, defective] = [logits.data[2 * index] as number, logits.data[2 * index + 1] as number];
  return 1 / (1 + Math.exp(good - defective));
}

/** Output `heatmap` of the frame at `index`; undefined when the model has none. */
export function heatOf(
  outputs: HostTensors,
  index: number,
  { height, width }: NetworkModel['input'],
): Heatmap | undefined {
  const heat = outputs['heatmap']?.data;
  const pixels = height * width;
  if (!(heat instanceof Float32Array) || heat.length < (index + 1) * pixels) return undefined;
  return { width, height, data: heat.subarray(index * pixels, (index + 1) * pixels) };
}

/** Share of the heat inside an area, in [0, 1]; null when there is no heat. */
export function shareInside({ data }: Heatmap, aoi: Uint8Array): number | null {
  let [all, inside] = [0, 0];
  for (let pixel = 0; pixel < data.length; pixel++) {
    const heat = data[pixel] as number;
    all += heat;
    if (aoi[pixel] !== 0) inside += heat;
  }
  return all > 0 ? Math.min(1, inside / all) : null;
}
