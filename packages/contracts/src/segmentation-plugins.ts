/** Services of segmentation: networks that mark areas, and the losses they are trained with. */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Fetching, HostTensors, LossOutput, Model, VariableScope } from './learning-plugins.js';

/**
 * A network that says of each pixel in which areas it lies. Areas may overlap: each has a sigmoid of its own, and there is
 * no background among them.
 */
export interface SegmentationModel extends Pick<Model, 'height' | 'width' | 'variables' | 'noise'> {
  /** Number of areas. */
  readonly areas: number;
  /** @param images [N, height, width, 3], sRGB in [0, 1] @returns logits [N, height, width, areas] (before sigmoid) */
  logits(images: Tensor4D, scope: VariableScope): Tensor4D;
}

/** Builds a segmentation model for one input size and number of areas. */
export interface SegmenterFactory {
  build(shape: { readonly height: number; readonly width: number; readonly areas: number }): SegmentationModel;
  /**
   * Values that variables start from instead of their initial ones, by variable name; not necessarily of all variables.
   * @throws FoveateError `PATH_MISSING` or `WEIGHTS_INVALID`
   */
  pretrained?(model: SegmentationModel, fetching?: Fetching): Promise<HostTensors>;
}

/** What a loss over masks is given. */
export interface MaskLossInputs {
  /** [N, H, W, K], before sigmoid. */
  readonly logits: Tensor4D;
  /** [N, H, W, K], 1 inside the area, 0 outside. */
  readonly targets: Tensor4D;
}

/** A training objective of segmentation. */
export interface MaskLoss {
  compute(inputs: MaskLossInputs): LossOutput;
}

/** Key of an ONNX file's metadata under which a {@link SegmenterRecord} stands as JSON. */
export const segmenterKey = 'foveate.segmenter';

/**
 * What has to be known of an exported segmenter: input `images` [N, height, width, 3] uint8, outputs `probabilities`
 * [N, height, width, areas] and `certainty` [N, areas].
 */
export interface SegmenterRecord {
  readonly version: 1;
  /** Names of the areas, in the order of the channels. */
  readonly areas: readonly string[];
  /**
   * For each area the confidence, which is the IoU to be expected, by certainty: points of a function that is linear between
   * them, certainty strictly rising, confidence in [0, 1] and not falling.
   */
  readonly calibration: readonly (readonly (readonly [certainty: number, confidence: number])[])[];
}
