/**
 * Where decoded samples lie between epochs: slots of one length, in memory that all threads share or in a file that all
 * threads have open. A pure cache: what it holds changes how long a run takes, never what it computes. Nothing is
 * evicted, because an epoch visits every sample once: under any eviction rule a cache that is too small by a little would
 * miss nearly always, while one that keeps what it has hits for its share.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '@foveate/contracts';
import { temporaryPath } from '@foveate/contracts/node';

/** Slots as a thread is told of them; plain data. */
export type SlotsHandle =
  | { readonly kind: 'memory'; readonly bytes: number; readonly blocks: readonly SharedArrayBuffer[] }
  | { readonly kind: 'file'; readonly bytes: number; readonly file: number };

/** Slots by number. */
export interface Slots {
  /** Bytes of each. */
  readonly bytes: number;
  /** What was written, or all zeros, or undefined when it cannot be read. May be shared memory: not to be kept or changed. */
  read(slot: number): Uint8Array | undefined;
  /** Its first byte tells others that the slot is filled and is written last. A full disk is no error. */
  write(slot: number, content: Uint8Array): void;
}

/** Slots of which the run's thread disposes. */
export interface OwnedSlots {
  readonly handle: SlotsHandle;
  readonly count: number;
  close(): void;
}

/** What slots are made of. */
export interface SlotsOptions {
  readonly kind: SlotsHandle['kind'];
  /** Bytes of a slot. */
  readonly bytes: number;
  /** Slots wanted. */
  readonly count: number;
  /** Budget in MiB. */
  readonly megabytes: number;
  /** Where the file is made; must exist. */
  readonly folder: string;
}

/**
 * As many of the wanted slots as the budget allows; undefined when that is none.
 * @throws FoveateError `OUTPUT_UNWRITABLE` when the file cannot be made
 */
export function createSlots({ kind, bytes, count: wanted, megabytes, folder }: SlotsOptions): OwnedSlots | undefined {
  const count = Math.min(wanted, Math.floor((megabytes * 1024 * 1024) / bytes));
  if (count === 0) return undefined;
  return kind === 'memory' ? createMemory(bytes, count) : createFile(bytes, count, folder);
}

/** Slots in a block of memory, whose pages the system provides once they are written to. */
function slotsPerBlock(bytes: number): number {
  return Math.max(1, Math.floor(2 ** 28 / bytes));
}

function createMemory(bytes: number, count: number): OwnedSlots {
  const perBlock = slotsPerBlock(bytes);
  const blocks = Array.from(
    { length: Math.ceil(count / perBlock) },
    (_, block) => new SharedArrayBuffer(Math.min(perBlock, count - block * perBlock) * bytes),
  );
  return { handle: { kind: 'memory', bytes, blocks }, count, close: () => undefined };
}

function createFile(bytes: number, count: number, folder: string): OwnedSlots {
  const path = temporaryPath(join(folder, 'samples.cache'));
  try {
    const file = openSync(path, 'wx+');
    // Whoever has it open goes on; its space on the disk is free again once all have closed it, however the process ends.
    rmSync(path);
    return {
      handle: { kind: 'file', bytes, file },
      count,
      close: () => {
        closeSync(file);
      },
    };
  } catch (cause) {
    throw fail({
      code: 'OUTPUT_UNWRITABLE',
      what: 'The file for decoded samples cannot be made',
      where: path,
      got: (cause as NodeJS.ErrnoException).code ?? 'unknown error',
      advice: "Choose another folder with --out, or set data.cache to 'memory'",
      cause,
    });
  }
}

/** Slots as a thread works with them. */
export function openSlots(handle: SlotsHandle): Slots {
  return handle.kind === 'memory' ? memorySlots(handle) : fileSlots(handle);
}

function memorySlots({ bytes, blocks }: Extract<SlotsHandle, { kind: 'memory' }>): Slots {
  const perBlock = slotsPerBlock(bytes);
  const slotAt = (slot: number) => {
    const block = blocks[Math.floor(slot / perBlock)];
    return block === undefined ? undefined : new Uint8Array(block, (slot % perBlock) * bytes, bytes);
  };
  return {
    bytes,
    read: slotAt,
    write: (slot, content) => {
      const target = slotAt(slot);
      if (target === undefined) return;
      target.set(content.subarray(1), 1);
      // Sequentially consistent: a thread that sees it sees the rest.
      Atomics.store(target, 0, content[0] ?? 0);
    },
  };
}

function fileSlots({ bytes, file }: Extract<SlotsHandle, { kind: 'file' }>): Slots {
  const buffer = new Uint8Array(bytes);
  return {
    bytes,
    read: (slot) => (readSync(file, buffer, 0, bytes, slot * bytes) === bytes ? buffer : undefined),
    write: (slot, content) => {
      try {
        // No space or only some: the slot stays empty, and the sample is decoded again next time.
        if (writeSync(file, content, 1, bytes - 1, slot * bytes + 1) < bytes - 1) return;
        writeSync(file, content, 0, 1, slot * bytes);
      } catch (error) {
        if (!['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    },
  };
}
