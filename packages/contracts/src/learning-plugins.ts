/**
 * Services of the learning side: models, losses, explainers, optimizers, metrics and engines. Programs are plain
 * functions over tfjs-core tensors. They may be run eagerly or traced once into a graph, so they must not read tensor
 * values, draw random numbers or keep tensors beyond the call.
 */
import type { Tensor, Tensor2D, Tensor3D, Tensor4D, Scalar } from '@tensorflow/tfjs-core';
import type { Decision } from './decision.js';
import type { RandomStream } from './random.js';
import type { Sample } from './sample.js';

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** Values outside any engine: what goes in, comes out and is saved. */
export interface HostTensor {
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array | Int32Array;
}

/** Host tensors by name. */
export type HostTensors = Readonly<Record<string, HostTensor>>;

/** A variable of a model or an optimizer. */
export interface VariableSpec {
  /** `/`-separated, unique within its owner, for example `block1/conv/kernel`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** False for batch-norm statistics and optimizer slots. */
  readonly trainable: boolean;
  /** Initial values in row-major order, a pure function of the stream. */
  initial(random: RandomStream): Float32Array;
}

/** How a model reads its variables while it runs. */
export interface VariableScope {
  /** True in a training step: batch statistics are used and updated. */
  readonly training: boolean;
  /** @throws Error when `name` is not one of the model's variables */
  get(name: string): Tensor;
  /** Records the value a non-trainable variable has after this step. */
  update(name: string, value: Tensor): void;
  /** True for a variable that this training has frozen: batch norm whose scale is frozen uses its running statistics. */
  frozen(name: string): boolean;
  /**
   * Uniform random numbers in [0, 1), new in every step: [N, width], one row per sample. Only while training.
   * @throws Error when `name` is not in the model's `noise`
   */
  noise(name: string): Tensor2D;
}

/** A part of a model's feature extractor. */
export interface ModelStage {
  readonly name: string;
  /** Names of the variables it reads. */
  readonly variables: readonly string[];
  /** [N, h, w, K] -> [N, h', w', K'] */
  apply(x: Tensor4D, scope: VariableScope): Tensor4D;
}

/** A classifier cut at its last convolutional feature map. logits = head(features(images)). */
export interface Model {
  readonly classes: number;
  readonly height: number;
  readonly width: number;
  readonly variables: readonly VariableSpec[];
  /** Random numbers a training step needs for each sample, by name: dropout and stochastic depth. */
  readonly noise?: Readonly<Record<string, number>>;
  /**
   * `features` in parts that are applied one after the other. What stands before the lowest trained part can then be
   * computed once and kept. Left out: one part.
   */
  readonly stages?: readonly ModelStage[];
  /** @param images [N, height, width, 3], sRGB in [0, 1] @returns feature map [N, h, w, K] */
  features(images: Tensor4D, scope: VariableScope): Tensor4D;
  /** @param featureMap [N, h, w, K] @returns logits [N, classes] (before softmax) */
  head(featureMap: Tensor4D, scope: VariableScope): Tensor2D;
  /** Of a model that predicts the area of interest itself: a training teaches it that, whatever the loss. */
  readonly area?: PredictedArea;
}

/** The area of interest as a model predicts it. */
export interface PredictedArea {
  /** Weight of its cross-entropy beside the loss. */
  readonly weight: number;
  /**
   * @param featureMap [N, h, w, K]
   * @returns logits, [N, h, w]: their sigmoid is how likely each cell lies inside
   */
  logits(featureMap: Tensor4D): Tensor3D;
}

/** What a user wants to know of a model before choosing it. */
export interface ModelCard {
  /** Publication, with year. */
  readonly reference: string;
  /** What the model does to its input, sRGB in [0, 1], before the first layer. */
  readonly normalisation: string;
  /** The layer whose output is the feature map that Grad-CAM explains. */
  readonly featureLayer: string;
  /** Tags of pretrained weights that are known for it. */
  readonly weights: readonly string[];
}

/** How something is fetched from elsewhere. */
export interface Fetching {
  /** Called with the bytes that are there and, where that is known, with those there will be. */
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  /** Aborted: the fetching ends, and can be gone on with. */
  readonly signal?: AbortSignal | undefined;
}

/** Builds a model for one input size and class count. */
export interface ModelFactory {
  readonly card?: ModelCard;
  build(shape: { readonly height: number; readonly width: number; readonly classes: number }): Model;
  /**
   * Values that variables start from instead of their initial ones, by variable name; not necessarily of all variables.
   * @throws FoveateError `PATH_MISSING` or `WEIGHTS_INVALID`
   */
  pretrained?(model: Model, fetching?: Fetching): Promise<HostTensors>;
}

/** A model on one batch of images, as losses and explainers see it. */
export interface ModelView {
  /** Network input [N, H, W, 3], sRGB in [0, 1]. */
  readonly images: Tensor4D;
  /** [N, h, w, K] */
  readonly featureMap: Tensor4D;
  /** [N, classes], before softmax. */
  readonly logits: Tensor2D;
  /** The model's head as a differentiable function of the feature map. */
  head(featureMap: Tensor4D): Tensor2D;
  /**
   * The model on other images: a differentiable function of them and of the weights, which are the same. Batch norm and
   * dropout do what they do to the batch itself: in a training step, layers that are trained normalise by the statistics of
   * the images given and drop the same features of the same rows, so that it takes as many images as the batch has; frozen
   * layers and evaluation use the running statistics and drop nothing, for any number of images. Running statistics follow
   * the batch alone.
   * @param images [M, H, W, 3], sRGB in [0, 1]
   */
  forward(images: Tensor4D): ModelView;
}

/** What is read of a {@link ModelView} besides feature map, logits and head; not there when features come from a cache. */
export type PixelUse = 'images' | 'forward';

/** What a loss is given. */
export interface LossInputs extends ModelView {
  /** One-hot [N, classes]. */
  readonly labels: Tensor2D;
  /** Area of interest [N, H, W], 0 or 1. */
  readonly aoi: Tensor3D;
  /**
   * Share of the training's steps that were done before this one, in [0, 1), a scalar. undefined where nothing is trained: a
   * loss that is measured, as on the validation split, has to mean the same in every epoch.
   */
  readonly progress?: Scalar | undefined;
}

/** What a loss returns. */
export interface LossOutput {
  /** The scalar that is minimised. */
  readonly loss: Scalar;
  /** Loss of each sample [N]; its mean is `loss`. */
  readonly perSample: Tensor;
  /** Named parts for the log, scalars, for example `{ ce, od }`. */
  readonly parts: Readonly<Record<string, Scalar>>;
}

/** A training objective. */
export interface Loss {
  /**
   * What the loss reads besides logits, labels, feature map and head, an explainer's `uses` among it. Reading what is not
   * named here fails. With `images` or `forward` the features of a frozen backbone cannot come from a cache.
   */
  readonly uses: readonly (PixelUse | 'aoi' | 'progress')[];
  /** May take gradients itself, by the feature map as by images: those of the weights then pass through them. */
  compute(inputs: LossInputs): LossOutput;
}

/** Where a model looks. */
export interface Explainer {
  /** What the explainer reads besides logits, feature map and head. Reading what is not named here fails. */
  readonly uses: readonly PixelUse[];
  /**
   * True when the heatmap has a useful gradient by feature map, images and weights, so that a loss can guide it. False for
   * one that thresholds, ranks or only measures.
   */
  readonly differentiable: boolean;
  /** True when the heatmap is the same for every class: it shows what stands out, and not what speaks for the class. */
  readonly classAgnostic?: boolean;
  /**
   * @param view the model on a batch
   * @param target one-hot [N, classes], the class to explain
   * @returns heatmap [N, h, w], >= 0, not normalised, at the resolution of the feature map or another; whoever shows it
   *   resizes it to that of the image
   */
  heatmap(view: ModelView, target: Tensor2D): Tensor3D;
}

/** A first-order optimizer as a pure update rule. */
export interface Optimizer {
  /** Step size before schedules and parameter groups change it. */
  readonly learningRate: number;
  /** Slots kept for the trainable variables, among them the step count; named below no prefix. */
  slots(trainable: readonly VariableSpec[]): readonly VariableSpec[];
  /** One step. All maps are keyed by variable or slot name. */
  update(step: {
    readonly variables: NamedTensors;
    readonly gradients: NamedTensors;
    readonly slots: NamedTensors;
    /** Step size of each variable in this step, scalars. */
    readonly learningRates: NamedTensors;
  }): { readonly variables: NamedTensors; readonly slots: NamedTensors };
}

/** A program over tfjs-core: inputs and state in, outputs and changed state out. Pure. */
export type Program = (
  inputs: NamedTensors,
  state: NamedTensors,
) => { readonly outputs: NamedTensors; readonly state?: NamedTensors };

/** Values that live in an engine between steps. */
export interface EngineState {
  /** Copies values out, all of them or those named. */
  read(names?: readonly string[]): Promise<HostTensors>;
  /** Replaces values; names, shapes and dtypes must be those of the state. */
  write(values: HostTensors): Promise<void>;
  dispose(): void;
}

/** Settings of {@link Engine.compile}. */
export interface ProgramOptions {
  /**
   * True: the program only reads its state, and the values seldom change, as in inference. The engine may build them into
   * the program. Results are the same: a value written later counts from the next run on, which is then as slow as the
   * first one.
   */
  readonly constantState?: boolean;
}

/** A program ready to run. Traced once per input signature, so a smaller last batch simply works. */
export interface CompiledProgram {
  /**
   * Runs the program and replaces the state it returned.
   * @throws FoveateError `ENGINE_INPUT` for a missing or unknown input, a dtype that differs from an earlier call, or state
   *   returned by a program whose state is constant
   */
  run(inputs: HostTensors): Promise<HostTensors>;
  dispose(): void;
}

/** What an engine says of itself, for run.json. */
export interface EngineInfo {
  /** For example `onnxruntime 1.30.0, cpu, 2 threads`. */
  readonly description: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** A finished model file, opened to be run as it is. */
export interface OpenedModel {
  /** Inputs by name: element type, and shape with null where any size is taken; absent where the engine does not tell. */
  readonly inputs?: Readonly<Record<string, { readonly type: string; readonly shape: readonly (number | null)[] }>>;
  /** Names of outputs; absent where the engine does not tell. */
  readonly outputs?: readonly string[];
  /** Whole numbers are converted to the element type that the file declares for the input. */
  run(inputs: HostTensors): Promise<HostTensors>;
  dispose(): void;
}

/** Runs programs. */
export interface Engine {
  readonly info: EngineInfo;
  createState(values: HostTensors): EngineState;
  compile(program: Program, state: EngineState, options?: ProgramOptions): CompiledProgram;
  /**
   * Opens a finished model, to try what was exported; left out by an engine that opens none.
   * @param format `onnx` with one file `model.onnx`, or `tfjs` with `model.json` and the files it names
   * @returns undefined for a format that the engine does not know
   * @throws FoveateError `ENGINE_UNSUPPORTED` when it is no model that the engine can run
   */
  openModel?(format: string, files: Readonly<Record<string, Uint8Array>>): Promise<OpenedModel | undefined>;
  dispose(): void;
}

/** What the model said of one sample. */
export interface Prediction {
  readonly id: string;
  readonly label: 0 | 1;
  /** Probability of class 1 (defective), in [0, 1]: softmax of the logits, at the temperature of the run's decision. */
  readonly score: number;
  /** Loss of this sample, as trained. */
  readonly loss: number;
  /** Share of the heatmap's mass inside the area of interest, in [0, 1]; absent when the heatmap is all zero. */
  readonly aoiShare?: number;
  /** Those of the sample. */
  readonly attributes?: Sample['attributes'];
  /** Those of the sample; absent where nobody told them. */
  readonly defectTypes?: readonly string[];
}

/** A figure or a small record of figures; null where it is not defined (AUROC with one class). */
export type MetricValue = number | null | Readonly<Record<string, number | null>>;

/** Summarises predictions. */
export interface Metric {
  /**
   * Keys, in camelCase, are merged into the record of the split in run.json and head the figure in terminal and report.
   * @param decision from which score an image is called defective
   */
  measure(predictions: readonly Prediction[], decision: Decision): Readonly<Record<string, MetricValue>>;
}
