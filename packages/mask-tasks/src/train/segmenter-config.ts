/** What a segmenter is trained with: plugins and settings, from a file or the defaults alone. */
import { readPartConfig, type ConfigSetting, type PartConfig } from '@foveate/assembly';
import { segmentationSettings } from '@foveate/segmentation';

const slots = {
  segmenter: { kind: 'segmenter' },
  loss: { kind: 'mask-loss' },
  optimizer: { kind: 'optimizer' },
  augment: { kind: 'augmentation', many: true },
  engine: { kind: 'engine' },
} as const;

const own = {
  training: segmentationSettings.prefault({}).describe('How long, at which size, what is held out.'),
};

/** A configuration of a segmenter's training, checked. */
export type SegmenterConfig = PartConfig<typeof own, typeof slots>;

/**
 * Reads a configuration of a segmenter's training.
 * @param file undefined: the defaults alone
 * @param overrides `a.b=c` texts
 * @throws FoveateError as `readPartConfig`
 */
export function readSegmenterConfig(
  file: string | undefined,
  overrides: readonly string[],
  setting: ConfigSetting,
  defaults: Readonly<Record<string, unknown>>,
): Promise<SegmenterConfig> {
  return readPartConfig(file, overrides, { own, slots, defaults }, setting);
}
