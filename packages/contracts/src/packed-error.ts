/** Errors on their way from one thread to another. */
import { fail, isFoveateError } from './errors.js';
import type { FailureParts } from './errors.js';

/** An error as a message: a class and its brand would not survive the copy, its parts do. */
export type PackedError = { readonly parts: FailureParts } | { readonly message: string; readonly stack?: string };

/** See {@link PackedError}. Of a cause its message is left. */
export function packError(error: unknown): PackedError {
  if (isFoveateError(error) && 'parts' in error) {
    const { cause, ...parts } = error.parts;
    return { parts: { ...parts, ...(cause instanceof Error ? { cause: cause.message } : {}) } };
  }
  if (!(error instanceof Error)) return { message: String(error) };
  return { message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}

/** The error that {@link packError} packed; one that was no FoveateError keeps the stack of its own thread. */
export function unpackError(packed: PackedError): Error {
  if ('parts' in packed) return fail(packed.parts);
  const error = new Error(packed.message);
  if (packed.stack !== undefined) error.stack = packed.stack;
  return error;
}
