/** The samples of a configuration, labelled and divided, with what augments them: for work outside of training. */
import type { Registry, RunConfig } from '@foveate/assembly';
import { fail } from '@foveate/contracts';
import type { AssignedSample, AugmentedImages } from '@foveate/contracts';
import { augmentSample, DonorSamples, loadData, operationsOf, RunScope, SampleStore } from '@foveate/stages';
import type { AugmentedSample, Stored } from '@foveate/stages';
import { lastValueFrom } from 'rxjs';
import { abortable } from '@foveate/contracts/task';

/** A labelled sample with its place in the split, and the state of its files. */
export type OpenSample = Stored<AssignedSample>;

/** Samples that can be looked at and augmented. */
export interface OpenSamples {
  /** In order of ids. */
  readonly samples: readonly OpenSample[];
  /** At network size, with all defect masks. */
  prepare(sample: OpenSample): Promise<AugmentedImages>;
  /**
   * What training makes of a sample. Content operations take parts of other training samples only.
   * @param variant number of the drawing, from 1: in training the epoch
   */
  augment(sample: OpenSample, variant: number): Promise<AugmentedSample>;
}

/** Labels and divides the data of a configuration. @throws FoveateError of its plugins and stages */
export async function openSamples(config: RunConfig, registry: Registry, signal: AbortSignal): Promise<OpenSamples> {
  // Samples are looked at one by one afterwards.
  const uncached = { ...config, data: { ...config.data, cache: 'none' } } as const satisfies RunConfig;
  const scope = await RunScope.open(uncached, registry);
  const [source, aoi, labeller] = await Promise.all([scope.get('source'), scope.get('aoi'), scope.get('labeller')]);
  const operations = await operationsOf(config, scope.services);
  const loaded = await lastValueFrom(abortable(loadData(scope), signal)).finally(() => scope.close());
  const store = new SampleStore({ source, aoi, size: config.data.size, withDefects: true });
  const others = new DonorSamples(loaded.stored.filter(({ sample }) => sample.split === 'train'));
  return {
    samples: loaded.stored,
    prepare: (stored) => store.prepare(stored),
    augment: async (stored, variant) => {
      const { sample } = stored;
      if (sample.split !== 'train') {
        throw fail({
          code: 'CONFIG_INVALID',
          what: 'Only training samples are augmented',
          where: sample.id,
          got: `a sample of the ${sample.split} split`,
        });
      }
      const context = others.contextOf(sample.id, store);
      const setting = { seed: config.seed, epoch: variant, sample, labeller, context };
      return augmentSample(operations, await store.prepare(stored), setting);
    },
  };
}
