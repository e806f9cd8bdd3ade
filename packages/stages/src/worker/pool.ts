/**
 * Workers of equal standing. Own code and not a pool from npm, because each worker is built once from the configuration
 * and then told things all of them need to know, and because no queue is wanted: whoever calls waits for credits.
 */
import { createRequire } from 'node:module';
import { fail } from '@foveate/contracts';
import type { Batch, LabelledItem, Sample } from '@foveate/contracts';
import { Thread } from '@foveate/threads';
import { BatchMaker } from '../data/batch-memory.js';
import type { BatchPlan } from '../data/make-batch.js';
import type { Stored } from '../data/sample-store.js';
import type { DataWork } from './data-work.js';
import type { WorkerCalls, WorkerSetup } from './worker.js';

/** Gives each call to the worker that owes the fewest answers. */
export class WorkerPool implements DataWork {
  readonly threads: number;
  readonly #threads: readonly Thread<WorkerCalls>[];
  readonly #batches: BatchMaker;

  /** @param threads workers to start, at least 1 */
  constructor(threads: number, setup: WorkerSetup) {
    this.threads = threads;
    this.#batches = new BatchMaker(setup.config.data.size, threads);
    this.#threads = Array.from({ length: threads }, () => startThread(setup));
  }

  label(stored: Stored<Sample>): Promise<LabelledItem> {
    return this.#leastBusy().call('label', [stored]);
  }

  async population(samples: readonly Stored[]): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.call('population', [samples])));
  }

  batch(plan: BatchPlan): Promise<Batch> {
    return this.#batches.make(plan.samples.length, (memory) =>
      this.#leastBusy().call('bytes', [plan, memory], [memory.images, memory.aoi]),
    );
  }

  reuse(batch: Batch): void {
    this.#batches.reuse(batch);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #leastBusy(): Thread<WorkerCalls> {
    return this.#threads.reduce((best, thread) => (thread.pending < best.pending ? thread : best));
  }
}

function startThread(setup: WorkerSetup): Thread<WorkerCalls> {
  return new Thread({
    file: createRequire(import.meta.url).resolve('#worker'),
    data: setup,
    stopped: (cause) =>
      fail({
        code: 'DATA_WORKER_STOPPED',
        what: 'A worker that prepares data has stopped',
        got: cause.message,
        advice: 'Start again; with data.workers=0 the data is prepared without workers, which shows the error itself',
        cause,
      }),
  });
}
