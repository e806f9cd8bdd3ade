/**
 * Typed errors. One factory, `fail`, builds every error a user may see: a stable code, what went wrong, where,
 * what was expected, what was found and what to do next. Errors are recognised by brand, not by `instanceof`, so
 * that two copies of this package in one process still understand each other.
 */

const brand = Symbol.for('foveate.error');

/** Every stable error code, with the exit code of the command line that reports it. */
export const errorCodes = {
  /** The command line or the configuration is not valid. */
  CONFIG_INVALID: 2,
  /** A configuration names a plugin nobody registered. */
  PLUGIN_UNKNOWN: 2,
  /** A plugin package does not keep the plugin contract. */
  PLUGIN_INVALID: 2,
  /** A configuration names code that nobody on this machine has allowed to run. */
  PLUGIN_NOT_ALLOWED: 2,
  /** A file or folder that was named does not exist. */
  PATH_MISSING: 3,
  /** The data set has too few samples, or none of a class, for what was asked. */
  DATA_INSUFFICIENT: 3,
  /** A thread that prepares data has ended before its time. */
  DATA_WORKER_STOPPED: 3,
  /** One file of the data set cannot be used. */
  DATA_INVALID: 3,
  /** A file of weights cannot be read, or does not belong to the model. */
  WEIGHTS_INVALID: 3,
  /** A run folder is incomplete, or not a run folder. */
  RUN_INVALID: 3,
  /** The output folder already holds a run. */
  OUTPUT_EXISTS: 4,
  /** Another process writes into the run folder, or keeps a mask store busy. */
  RUN_LOCKED: 4,
  /** The output cannot be written (read-only, disk full, no permission). */
  OUTPUT_UNWRITABLE: 4,
  /** Loss or gradient became NaN or infinite. */
  TRAINING_DIVERGED: 5,
  /** A program uses an operation the engine cannot run. */
  ENGINE_UNSUPPORTED: 6,
  /** The engine cannot be started on this machine. */
  ENGINE_UNAVAILABLE: 6,
  /** A step needs more memory than there is. */
  ENGINE_OUT_OF_MEMORY: 6,
  /** A stage of the pipeline failed, never ended, or gave what it did not declare. */
  STAGE_FAILED: 7,
  /** Inputs of a compiled program have the wrong name, shape or dtype. */
  ENGINE_INPUT: 6,
} as const satisfies Record<string, number>;

/** A stable error code, a key of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/** The parts of an error message. All texts are plain sentences or fragments in the user's terms. */
export interface FailureParts {
  readonly code: ErrorCode;
  /** What went wrong, one sentence without final full stop. */
  readonly what: string;
  /** File, line, configuration key or sample the problem was found at. */
  readonly where?: string;
  readonly expected?: string;
  readonly got?: string;
  /** What the user can do next. */
  readonly advice?: string;
  /** For `DATA_INVALID`: short stable name of the cause, for example `mask-size`; becomes the `reason` of the skip. */
  readonly reason?: string;
  readonly cause?: unknown;
}

/** An error with a stable code and a message made of {@link FailureParts}. */
export class FoveateError extends Error {
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly parts: FailureParts;

  constructor(parts: FailureParts) {
    super(composed(parts), parts.cause === undefined ? {} : { cause: parts.cause });
    this.name = 'FoveateError';
    this.code = parts.code;
    this.parts = parts;
  }
}

function composed(parts: FailureParts): string {
  const where = parts.where === undefined ? '' : `${parts.where}: `;
  const pair = [
    parts.expected === undefined ? undefined : `expected ${parts.expected}`,
    parts.got === undefined ? undefined : `got ${parts.got}`,
  ].filter((text) => text !== undefined);
  const detail = pair.length === 0 ? '' : ` (${pair.join(', ')})`;
  const advice = parts.advice === undefined ? '' : ` ${parts.advice}${/[.!?]$/.test(parts.advice) ? '' : '.'}`;
  return `${where}${parts.what}${detail}.${advice}`;
}

/** Builds the error described by `parts`; the caller throws it: `throw fail({ … })`. */
export function fail(parts: FailureParts): FoveateError {
  return new FoveateError(parts);
}

/** True for errors built by {@link fail}, also by another copy of this package. */
export function isFoveateError(error: unknown): error is FoveateError {
  return typeof error === 'object' && error !== null && brand in error;
}

/** What an error says. Anything can be thrown, also what cannot be turned into text. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'something was thrown that has no text';
  }
}
