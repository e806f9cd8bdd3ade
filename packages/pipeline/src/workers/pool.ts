/**
 * Workers of equal standing. Own code and not a pool from npm, because each worker is built once from the configuration
 * and then told things all of them need to know, and because no queue is wanted: whoever calls waits for credits.
 */
import type { Batch, Sample } from '@foveate/contracts';
import type { MaskedItem } from '../stages/2-mask.js';
import { BatchMaker } from '../stages/batch-memory.js';
import type { BatchPlan } from '../stages/make-batch.js';
import type { Stored } from '../stages/sample-store.js';
import { DataThread } from './data-thread.js';
import type { DataWork } from './data-work.js';
import type { WorkerSetup } from './messages.js';

/** Gives each call to the worker that owes the fewest answers. */
export class WorkerPool implements DataWork {
  readonly threads: number;
  readonly #threads: readonly DataThread[];
  readonly #batches: BatchMaker;

  /** @param threads workers to start, at least 1 */
  constructor(threads: number, setup: WorkerSetup) {
    this.threads = threads;
    this.#batches = new BatchMaker(setup.config.data.size, threads);
    this.#threads = Array.from({ length: threads }, () => new DataThread(setup));
  }

  label(stored: Stored<Sample>): Promise<MaskedItem> {
    return this.#idlest().call({ method: 'label', args: [stored] });
  }

  async population(samples: readonly Stored[]): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.call({ method: 'population', args: [samples] })));
  }

  batch(plan: BatchPlan): Promise<Batch> {
    return this.#batches.make(plan.samples.length, (memory) =>
      this.#idlest().call({ method: 'bytes', args: [plan, memory] }, [memory.images, memory.aoi]),
    );
  }

  reuse(batch: Batch): void {
    this.#batches.reuse(batch);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #idlest(): DataThread {
    return this.#threads.reduce((best, thread) => (thread.owed < best.owed ? thread : best));
  }
}
