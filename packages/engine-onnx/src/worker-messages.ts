/** What the thread of the program and the thread of the sessions say to each other. */
import { fail, isFoveateError, type FailureParts, type HostTensors } from '@foveate/contracts';
import type { SessionHost } from './session-host.js';

type Method = keyof SessionHost;

/** A call of a host's method; `id` comes back with the answer. */
export type Call = {
  [M in Method]: { readonly id: number; readonly method: M; readonly args: Parameters<SessionHost[M]> };
}[Method];

/** The answer to a call: what the method returned or threw. */
export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: PackedError });

/** An error as a message: a class and its brand would not survive the copy, its parts do. */
export type PackedError = { readonly parts: FailureParts } | { readonly message: string };

/** See {@link PackedError}. */
export function packError(error: unknown): PackedError {
  if (isFoveateError(error) && 'parts' in error) {
    const { cause, ...parts } = error.parts as FailureParts;
    return { parts: { ...parts, ...(cause instanceof Error ? { cause: cause.message } : {}) } };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}

/** See {@link PackedError}. */
export function unpackError(packed: PackedError): Error {
  return 'parts' in packed ? fail(packed.parts) : new Error(packed.message);
}

/** The memory of tensors, to be handed over instead of copied. */
export function memoryOf(tensors: HostTensors): ArrayBuffer[] {
  return [...new Set(Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer))];
}
