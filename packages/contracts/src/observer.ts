/** Observers: files, trackers and pages that follow a run. */
import type { Observable } from 'rxjs';
import type { RunEvent } from './events.js';

/** What an observer is told about the run it follows. */
export interface ObservedRun {
  /** Absolute folder of the run; an observer writes below it. */
  readonly folder: string;
  readonly name: string;
  /** The configuration as used, as in `run.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Optimizer steps of an epoch. */
  readonly stepsPerEpoch: number;
  /** Where a resumed run goes on: steps done, epochs completed; absent in a run that starts. */
  readonly resumedFrom?: { readonly epoch: number; readonly step: number } | undefined;
}

/**
 * Follows a run. What it does neither slows nor breaks the run: events are handed over as they come and not waited for, and
 * an observer that fails is left out from then on, which the run says as a warning.
 */
export interface RunObserver {
  /**
   * @param events all events of the run, in order; completes when the run does
   * @returns settles when everything is written
   */
  observe(events: Observable<RunEvent>, run: ObservedRun): Promise<void>;
}
