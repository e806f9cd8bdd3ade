/** The samples of a configuration, labelled and divided, with what augments them: for work outside of training. */
import { tmpdir } from 'node:os';
import { fail } from '@foveate/contracts';
import type { AssignedSample, AugmentedImages } from '@foveate/contracts';
import { filter, lastValueFrom } from 'rxjs';
import { buildServices, withPackages } from '@foveate/assembly';
import { augmentSample, loadData, operationsOf, Others, SampleStore } from '@foveate/stages';
import type { Registry, RunConfig } from '@foveate/assembly';
import type { AugmentedSample, LoadedData, Stored } from '@foveate/stages';

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
export async function openSamples(config: RunConfig, registry: Registry): Promise<OpenSamples> {
  const complete = await withPackages(registry, config.plugins, config.baseFolder, 'given');
  const services = await buildServices(config, complete);
  const [source, aoi, labeller] = await Promise.all([
    services.get('source'),
    services.get('aoi'),
    services.get('labeller'),
  ]);
  const operations = await operationsOf(config, services);
  const uncached = { ...config, data: { ...config.data, cache: 'none' } } as const satisfies RunConfig;
  const loading = loadData(uncached, { services, module: registry.module, folder: tmpdir() });
  const loaded = await lastValueFrom(loading.pipe(filter((event): event is LoadedData => 'stored' in event)));
  await loaded.close();
  const store = new SampleStore({ source, aoi, size: config.data.size, withDefects: true });
  const others = new Others(loaded.stored.filter(({ sample }) => sample.split === 'train'));
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
