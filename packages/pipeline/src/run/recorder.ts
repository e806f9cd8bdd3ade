/** Keeps `run.json` in step with the events of a run. */
import { join } from 'node:path';
import type { RunEvent } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import { writeAtomically } from '@foveate/contracts/node';
import { concatMap, from, of } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { recordEvent } from './record.js';
import { runFiles } from '@foveate/run-record/node';
import type { RunFolder } from '@foveate/run-record/node';

/** Events after which a reader of run.json would miss something. */
const written: ReadonlySet<RunEvent['type']> = new Set(['epoch', 'interrupted', 'explained', 'measured']);

/** The record of one run on the disk. */
export class Recorder {
  readonly #folder: RunFolder;
  readonly #path: string;
  readonly #secondsBefore: number;
  readonly #since = performance.now();
  #record: RunRecord;

  /** @param record where the run starts from; its total time is that of earlier sessions */
  constructor(folder: RunFolder, record: RunRecord) {
    this.#folder = folder;
    this.#path = join(folder.path, runFiles.record);
    this.#record = record;
    this.#secondsBefore = record.timing.totalSeconds;
  }

  /** Epoch of the best checkpoint so far. */
  get bestEpoch(): number | null {
    return this.#record.bestEpoch;
  }

  /** The record as it will stand in run.json once the run is complete; writes nothing. */
  completed(): RunRecord {
    return { ...this.#record, status: 'completed', timing: { ...this.#record.timing, totalSeconds: this.#seconds() } };
  }

  /** Replaces run.json. @throws FoveateError `OUTPUT_UNWRITABLE`; `RUN_LOCKED` when the folder is somebody else's by now */
  async write(status: RunRecord['status']): Promise<void> {
    await this.#folder.lock.check();
    this.#record = { ...this.#record, status, timing: { ...this.#record.timing, totalSeconds: this.#seconds() } };
    await writeAtomically(this.#path, `${JSON.stringify(this.#record, null, 2)}\n`);
  }

  #seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#since) / 1000;
  }

  /** Folds passing events into the record; an event goes on once what it says is on the disk. */
  recording(): MonoTypeOperatorFunction<RunEvent> {
    return concatMap((event) => {
      this.#record = recordEvent(this.#record, event);
      return written.has(event.type) ? from(this.write('running').then(() => event)) : of(event);
    });
  }
}
