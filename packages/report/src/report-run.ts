import type { PredictionRecord, RunRecord, SampleRecord } from '@foveate/run-record';

/** A run folder as a report reads it. */
export interface ReportRun {
  readonly record: RunRecord;
  /** Name of the folder without its path; absent where there is none. */
  readonly folder?: string;
  /** All splits; empty when the run was interrupted before it was measured. */
  readonly predictions: readonly PredictionRecord[];
  /** Absent when the folder has no samples.jsonl. */
  readonly samples?: readonly SampleRecord[];
  /**
   * Bytes of a PNG of the run folder, read when asked for.
   * @throws FoveateError `RUN_INVALID` when there is no such file
   */
  images(relativePath: string): Uint8Array;
}
