/** A trained network, open: frame in, prediction out. */
import { fail, isFoveateError, messageOf, type HostTensors } from '@foveate/contracts';
import { idOf } from './check-frame.js';
import type { Frame, ImagePrediction } from './frame.js';
import { openNetwork, trainedOutside, trainedRange, trainedThreshold, type NetworkModel } from './network-model.js';
import { checkedOptions, predictorSchema } from './options.js';
import { heatOf, scoreOf, shareInside } from './outputs.js';
import {
  imageTensor,
  prepareFrame,
  type DecodeOptions,
  type FindArea,
  type PreparedFrame,
  type PrepareOptions,
} from './prepare.js';

/** How a predictor works. */
export interface PredictorOptions extends DecodeOptions {
  /** Score from which an image counts as defective, in [0, 1]; default: that of the model, 0.5 where it says none. */
  readonly threshold?: number | undefined;
  /** True: predictions have heatmaps, where the model gives them. An area of interest alone needs none. Default false. */
  readonly heatmap?: boolean | undefined;
  /** Threads of the network, 1 to 256; default: one for each processor, at most 4. */
  readonly threads?: number | undefined;
  /**
   * Finds the area of interest of a frame that comes without one. Asked only for a network whose images are painted over outside
   * of it, see {@link Predictor.needsArea}.
   */
  readonly findArea?: FindArea | undefined;
}

/** Classifies frames. May be called again before an answer came. */
export interface Predictor {
  /** Size of the network input in pixels. */
  readonly height: number;
  readonly width: number;
  /** True when the model gives heatmaps. */
  readonly hasHeatmap: boolean;
  /** True when the network sees images painted over outside of their area of interest, so that each frame needs one. */
  readonly needsArea: boolean;
  /** What the model file says of itself: name, model, loss, epoch … */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * @throws FoveateError `DATA_INVALID` for a frame that is none or cannot be decoded, `ENGINE_UNSUPPORTED` when the network
   *   cannot be run, `ENGINE_UNAVAILABLE` after {@link Predictor.close}
   */
  predict(frame: Frame): Promise<ImagePrediction>;
  /**
   * Releases the model, after the predictions that were begun; no other may follow. A stream of `predictions` fails when it
   * still has frames: close after its end.
   */
  close(): Promise<void>;
}

/**
 * Opens the model of a run folder, or an ONNX file, once.
 * @param of run folder, or a file of `foveate export --format onnx`, or any classifier whose input is images; or its bytes
 * @throws FoveateError `PATH_MISSING`, `RUN_INVALID`, `CONFIG_INVALID`, `ENGINE_UNSUPPORTED`, `ENGINE_UNAVAILABLE`
 */
export async function openPredictor(of: string | Uint8Array, options: PredictorOptions = {}): Promise<Predictor> {
  const checked = checkedOptions(predictorSchema, options, 'openPredictor');
  const network = await openNetwork(of, checked.threads);
  try {
    return new NetworkPredictor(network, {
      ...checked,
      valueRange: checked.valueRange ?? trainedRange(network),
      threshold: checked.threshold ?? trainedThreshold(network),
      outside: trainedOutside(network),
    });
  } catch (error) {
    network.model.dispose();
    throw error;
  }
}

/** A predictor, with the steps of a prediction, which streams take by themselves. */
export class NetworkPredictor implements Predictor {
  readonly height: number;
  readonly width: number;
  readonly hasHeatmap: boolean;
  readonly needsArea: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly #network: NetworkModel;
  readonly #options: PrepareOptions & { readonly threshold: number; readonly heatmap: boolean };
  /** What the model may not be taken from. */
  readonly #begun = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;
  #count = 0;

  constructor(network: NetworkModel, options: PrepareOptions & { threshold: number; heatmap: boolean }) {
    ({ height: this.height, width: this.width } = network.input);
    this.hasHeatmap = network.model.outputs?.includes('heatmap') ?? false;
    this.needsArea = options.outside !== undefined;
    this.metadata = network.metadata;
    this.#network = network;
    this.#options = options;
  }

  predict(frame: Frame): Promise<ImagePrediction> {
    const since = performance.now();
    const id = idOf(frame, ++this.#count);
    return this.#begin(async () => {
      const [prediction] = await this.#run([await this.#prepare(frame, id)], [since]);
      return prediction as ImagePrediction;
    });
  }

  /** A frame at network size. */
  prepare(frame: Frame, id: string): Promise<PreparedFrame> {
    return this.#begin(() => this.#prepare(frame, id));
  }

  /** @param since when each frame came, by `performance.now()` */
  run(frames: readonly PreparedFrame[], since: readonly number[]): Promise<readonly ImagePrediction[]> {
    return this.#begin(() => this.#run(frames, since));
  }

  close(): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#begun).then(() => this.#network.model.dispose());
    return this.#closed;
  }

  async #begin<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) {
      throw fail({
        code: 'ENGINE_UNAVAILABLE',
        what: 'The predictor is closed',
        where: this.#network.path,
        advice: 'Close it after the last prediction, or open it again with openPredictor',
      });
    }
    const result = work();
    this.#begun.add(result);
    try {
      return await result;
    } finally {
      this.#begun.delete(result);
    }
  }

  #prepare(frame: Frame, id: string): Promise<PreparedFrame> {
    return prepareFrame(frame, id, this.#network.input, this.#options);
  }

  async #run(frames: readonly PreparedFrame[], since: readonly number[]): Promise<readonly ImagePrediction[]> {
    if (this.#network.input.isSingle && frames.length > 1) {
      const answers = [];
      for (const [index, frame] of frames.entries())
        answers.push(...(await this.#run([frame], [since[index] as number])));
      return answers;
    }
    const start = performance.now();
    const outputs = await this.#outputs(frames);
    const end = performance.now();
    const { threshold, heatmap } = this.#options;
    return frames.map((frame, index): ImagePrediction => {
      const score = scoreOf(outputs, index, frames.length, this.#network);
      const heat = heatOf(outputs, index, this.#network.input);
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
  }

  async #outputs(frames: readonly PreparedFrame[]): Promise<HostTensors> {
    const { model, input, path } = this.#network;
    try {
      return await model.run({ [input.name]: imageTensor(frames, input) });
    } catch (cause) {
      if (isFoveateError(cause)) throw cause;
      const got = messageOf(cause);
      throw fail({ code: 'ENGINE_UNSUPPORTED', what: 'The model cannot be run', where: path, got, cause });
    }
  }
}
