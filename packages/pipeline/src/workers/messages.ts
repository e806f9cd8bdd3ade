/** What the run's thread and a worker say to each other. */
import type { PackedError } from '@foveate/contracts';
import type { PluginModule } from '../assembly/registry.js';
import type { SlotsHandle } from '../cache/slots.js';
import type { RunConfig } from '../config/run-config.js';
import type { LocalWork } from './data-work.js';

/** What a worker needs to know when it starts. */
export interface WorkerSetup {
  readonly config: RunConfig;
  /** Where it finds the plugins. */
  readonly module: PluginModule;
  readonly slots: SlotsHandle | undefined;
}

/** Calls of {@link LocalWork} that are answered by a worker. */
type Method = 'label' | 'population' | 'bytes';

/** A call; `id` comes back with the answer. */
export type Call = {
  [M in Method]: { readonly id: number; readonly method: M; readonly args: Parameters<LocalWork[M]> };
}[Method];

/** What the run's thread sends: calls, and at last the request to end. */
export type Request = Call | 'end';

/** The answer to a call: what the method returned or threw. */
export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: PackedError });
