/** What the two ends of a thread say to each other. */
import type { PackedError } from '@foveate/contracts';

/** A call of a method; `id` comes back with the answer. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What the caller sends: calls, and at last the request to end. */
export type Request = Call | 'end';

/** What the method returned or threw. */
export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: PackedError });
