/** What a preview page shows: some training images and what augmentation makes of them. */
import { random } from '@foveate/contracts';
import type { AugmentedImages, Label, Mask } from '@foveate/contracts';
import { emptyMask, encodePng } from '@foveate/image';
import type { AugmentPreview, PreviewPicture, PreviewSample } from '@foveate/report';
import type { Registry, RunConfig } from '@foveate/assembly';
import type { TaskContext } from '@foveate/contracts/task';
import { openSamples } from './open-samples.js';
import type { OpenSample, OpenSamples } from './open-samples.js';

/** How much a preview shows. */
export interface PreviewOptions {
  /** Training images, of both classes in turns, chosen by the seed. */
  readonly images: number;
  /** Of each image. */
  readonly variants: number;
}

/** Augments some training images of a configuration. @throws FoveateError of its plugins and stages */
export async function previewAugmentation(
  config: RunConfig,
  registry: Registry,
  { images, variants }: PreviewOptions,
  { progress, signal }: TaskContext,
): Promise<AugmentPreview> {
  const open = await openSamples(config, registry, signal);
  const [height, width] = config.data.size;
  const samples: PreviewSample[] = [];
  const chosen = choose(open.samples, images, config.seed);
  for (const stored of chosen) {
    samples.push(await show(stored, variants, open));
    signal.throwIfAborted();
    progress('images', samples.length, chosen.length);
  }
  return {
    title: config.name,
    seed: config.seed,
    width,
    height,
    operations: config.data.augment.map(({ id }) => id),
    samples,
  };
}

/** Training samples, a defective and a good one in turns as long as there are both. */
function choose(samples: readonly OpenSample[], count: number, seed: number): readonly OpenSample[] {
  const ofLabel = (label: Label) =>
    random(seed, 'preview', label).shuffle(
      samples.filter(({ sample }) => sample.split === 'train' && sample.label === label),
    );
  const [good, defective] = [ofLabel(0), ofLabel(1)];
  const turns = Math.max(good.length, defective.length);
  return Array.from({ length: turns }, (_, turn) => [defective[turn], good[turn]])
    .flat()
    .filter((sample) => sample !== undefined)
    .slice(0, count);
}

async function show(stored: OpenSample, variants: number, open: OpenSamples): Promise<PreviewSample> {
  const { id, reason, label } = stored.sample;
  const shown: PreviewSample['variants'][number][] = [];
  for (let variant = 1; variant <= variants; variant++) {
    const augmented = await open.augment(stored, variant);
    shown.push({
      ...(await picture(augmented.images, augmented.label)),
      steps: augmented.record.map(({ id: operation, parameters, undone }) => ({
        id: operation,
        parameters,
        ...(undone === undefined ? {} : { undone }),
      })),
    });
  }
  return { id, reason, ...(await picture(await open.prepare(stored), label)), variants: shown };
}

async function picture({ image, aoi, defects }: AugmentedImages, label: Label): Promise<PreviewPicture> {
  const all = emptyMask(image.width, image.height);
  for (const { mask } of defects) add(all, mask);
  return { image: await encodePng(image), aoi: await encodePng(aoi), defects: await encodePng(all), label };
}

function add(sum: Mask, { data }: Mask): void {
  for (let pixel = 0; pixel < sum.data.length; pixel++) if (data[pixel] !== 0) sum.data[pixel] = 255;
}
