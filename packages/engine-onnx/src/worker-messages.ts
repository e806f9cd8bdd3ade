/** What the thread of the program and the thread of the sessions say to each other. */
import type { HostTensors, PackedError } from '@foveate/contracts';
import type { SessionHost } from './session-host.js';

type Method = keyof SessionHost;

/** A call of a host's method; `id` comes back with the answer. */
export type Call = {
  [M in Method]: { readonly id: number; readonly method: M; readonly args: Parameters<SessionHost[M]> };
}[Method];

/** The answer to a call: what the method returned or threw. */
export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: PackedError });

/** The memory of tensors, to be handed over instead of copied. */
export function memoryOf(tensors: HostTensors): ArrayBuffer[] {
  return [...new Set(Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer))];
}
