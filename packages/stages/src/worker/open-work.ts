/** Decides where the work on a run's data is done and where its samples are kept. */
import { availableParallelism } from 'node:os';
import type { PluginModule, RunConfig, Services } from '@foveate/assembly';
import { slotBytes } from '../data/slot-layout.js';
import { createSlots } from '../data/slots.js';
import { LocalWork } from './data-work.js';
import type { DataWork } from './data-work.js';
import { WorkerPool } from './pool.js';

/** What {@link openWork} needs besides the configuration. */
export interface WorkSetting {
  readonly services: Services;
  /** Where workers find the plugins; without it the work is done in this thread. */
  readonly module: PluginModule | undefined;
  /** Where a file of decoded samples may be made. */
  readonly folder: string;
}

/** Work and the slots its threads share. */
export interface OwnedWork {
  readonly work: DataWork;
  /** Samples for which there is a slot. */
  readonly slots: number;
  /** Ends the threads, then gives the slots back. May be called again. */
  close(): Promise<void>;
}

/** Pixels at network size from which on workers earn back the second it takes to start them. */
const worthWorkers = 1e7;

function workersFor({ data }: RunConfig, samples: number): number {
  const [height, width] = data.size;
  return data.workers ?? (samples * height * width < worthWorkers ? 0 : Math.min(8, availableParallelism()));
}

/** @param samples in the data set */
export async function openWork(config: RunConfig, samples: number, setting: WorkSetting): Promise<OwnedWork> {
  const { size, cache, cacheMegabytes: megabytes } = config.data;
  const bytes = slotBytes(...size);
  const { folder, services, module } = setting;
  const slots = cache === 'none' ? undefined : createSlots({ kind: cache, bytes, count: samples, megabytes, folder });
  const workers = module === undefined ? 0 : workersFor(config, samples);
  const work =
    module === undefined || workers === 0
      ? await LocalWork.of(config, services, slots?.handle)
      : new WorkerPool(workers, { config, module, slots: slots?.handle });
  let closed: Promise<void> | undefined;
  return {
    work,
    slots: slots?.count ?? 0,
    close: () => {
      closed ??= work.close().then(() => slots?.close());
      return closed;
    },
  };
}
