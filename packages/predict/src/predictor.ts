/** A trained network, open: frame in, prediction out. */
import { fail, type HostTensors } from '@foveate/contracts';
import type { Frame, Heatmap, ImagePrediction } from './frame.js';
import { openNetwork, type NetworkModel } from './network-model.js';
import { imageTensor, prepareFrame, type DecodeOptions, type PreparedFrame } from './prepare.js';

/** How a predictor works. */
export interface PredictorOptions extends DecodeOptions {
  /** Score from which an image counts as defective, in [0, 1]; default 0.5. */
  readonly threshold?: number | undefined;
  /** True: predictions have heatmaps, where the model gives them. An area of interest alone needs none. Default false. */
  readonly heatmap?: boolean | undefined;
  /** Threads of the network; default: one for each processor, at most 4. */
  readonly threads?: number | undefined;
}

/** Classifies frames. May be called again before an answer came. */
export interface Predictor {
  /** Size of the network input in pixels. */
  readonly height: number;
  readonly width: number;
  /** True when the model gives heatmaps. */
  readonly hasHeatmap: boolean;
  /** What the model file says of itself: name, model, loss, epoch … */
  readonly metadata: Readonly<Record<string, string>>;
  /** @throws FoveateError `DATA_INVALID` for a frame that cannot be decoded */
  predict(frame: Frame): Promise<ImagePrediction>;
  /**
   * Frames at network size, for a batch that is run at once; see `predictions`.
   * @throws FoveateError `DATA_INVALID` for a frame that cannot be decoded
   */
  prepare(frame: Frame): Promise<PreparedFrame>;
  /** @param since when each frame came, by `performance.now()` */
  run(frames: readonly PreparedFrame[], since: readonly number[]): Promise<readonly ImagePrediction[]>;
  /** Releases the model; no call may follow. */
  close(): void;
}

/**
 * Opens the model of a run folder, or an ONNX file, once.
 * @param of run folder, or a file of `foveate export --format onnx`, or any classifier whose input is images; or its bytes
 * @throws FoveateError `PATH_MISSING`, `RUN_INVALID`, `CONFIG_INVALID`, `ENGINE_UNSUPPORTED`, `ENGINE_UNAVAILABLE`
 */
export async function openPredictor(of: string | Uint8Array, options: PredictorOptions = {}): Promise<Predictor> {
  const { threshold = 0.5, heatmap = false, threads } = options;
  if (!(threshold >= 0 && threshold <= 1)) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'The threshold is no probability',
      expected: '0 to 1',
      got: String(threshold),
    });
  }
  const network = await openNetwork(of, threads);
  const { input, model, metadata } = network;
  let count = 0;
  const prepare = (frame: Frame) => prepareFrame(frame, frame.id ?? String(++count), input, options);
  const run: Predictor['run'] = async (frames, since) => {
    const start = performance.now();
    const outputs = await model.run({ [input.name]: imageTensor(frames, input) });
    const end = performance.now();
    return frames.map((frame, index): ImagePrediction => {
      const score = scoreOf(outputs, index, frames.length, network);
      const heat = heatOf(outputs, index, input);
      const { id, aoi, decode, resize } = frame;
      const total = end - (since[index] ?? start);
      return {
        id,
        score,
        defective: score >= threshold,
        ...(heatmap && heat !== undefined ? { heatmap: heat } : {}),
        ...(aoi === undefined ? {} : { aoiShare: heat === undefined ? null : shareInside(heat, aoi.data) }),
        latency: { decode, resize, run: end - start, total },
      };
    });
  };
  return {
    height: input.height,
    width: input.width,
    hasHeatmap: model.outputs?.includes('heatmap') ?? false,
    metadata,
    prepare,
    run,
    predict: async (frame) => {
      const since = performance.now();
      const [prediction] = await run([await prepare(frame)], [since]);
      return prediction as ImagePrediction;
    },
    close: () => model.dispose(),
  };
}

/** Output `score`, or the softmax of two logits. */
function scoreOf(outputs: HostTensors, index: number, count: number, { path }: NetworkModel): number {
  const score = outputs['score'];
  if (score?.data.length === count) return score.data[index] as number;
  const logits = outputs['logits'] ?? Object.values(outputs)[0];
  if (logits?.data.length === 2 * count) {
    const [good, defective] = [logits.data[2 * index] as number, logits.data[2 * index + 1] as number];
    return 1 / (1 + Math.exp(good - defective));
  }
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: 'The model tells no score of two classes',
    where: path,
    expected: "an output 'score' [N], or logits [N, 2]",
    got: Object.entries(outputs)
      .map(([name, { shape }]) => `${name} [${shape.join(', ')}]`)
      .join(', '),
  });
}

function heatOf(outputs: HostTensors, index: number, { height, width }: NetworkModel['input']): Heatmap | undefined {
  const heat = outputs['heatmap']?.data;
  const pixels = height * width;
  if (!(heat instanceof Float32Array) || heat.length < (index + 1) * pixels) return undefined;
  return { width, height, data: heat.subarray(index * pixels, (index + 1) * pixels) };
}

function shareInside({ data }: Heatmap, aoi: Uint8Array): number | null {
  let [all, inside] = [0, 0];
  for (let pixel = 0; pixel < data.length; pixel++) {
    const heat = data[pixel] as number;
    all += heat;
    if (aoi[pixel] !== 0) inside += heat;
  }
  return all > 0 ? Math.min(1, inside / all) : null;
}
