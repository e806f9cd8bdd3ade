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
