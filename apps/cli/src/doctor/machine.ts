import { availableParallelism, cpus, freemem, release, totalmem, type } from 'node:os';

/** The machine and the process, as far as they matter to a training. */
export interface Machine {
  readonly node: string;
  /** For example `linux x64`. */
  readonly platform: string;
  readonly system: string;
  readonly processor: string;
  /** Processors of the machine, and those this process may use. */
  readonly cores: { readonly all: number; readonly usable: number };
  /** In bytes. `limit` is that of the container, absent without one. */
  readonly memory: { readonly total: number; readonly free: number; readonly limit?: number };
}

/** Describes the machine this process runs on. */
export function describeMachine(): Machine {
  const processors = cpus();
  const total = totalmem();
  const limit = process.constrainedMemory();
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    system: `${type()} ${release()}`,
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: { all: processors.length, usable: availableParallelism() },
    memory: { total, free: freemem(), ...(limit > 0 && limit < total ? { limit } : {}) },
  };
}
