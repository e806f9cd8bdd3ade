/**
 * The loops of ../assembly, compiled to WebAssembly: with SIMD they take a quarter of the time of JavaScript's and give
 * the same bytes on every machine.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fail } from '@foveate/contracts';

/** Number of a byte in the memory of the kernels. */
type Address = number;

/** What ../assembly/index.ts exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  placesOfRow(into: Address, width: number, y: number, ...matrix: readonly number[]): void;
  sampleRow(into: Address, places: Address, width: number, height: number, border: number): void;
  interpolateColour(into: Address, from: Address, sampling: Address, width: number, pixels: number): void;
  interpolateGrey(into: Address, from: Address, sampling: Address, width: number, pixels: number): void;
  gather(into: Address, from: Address, sampling: Address, width: number, pixels: number): void;
  mirrorColour(into: Address, from: Address, width: number, height: number): void;
  mirrorGrey(into: Address, from: Address, width: number, height: number): void;
  lightColour(into: Address, from: Address, factors: Address, pixels: number, towards: number): void;
  lightGrey(into: Address, from: Address, factors: Address, pixels: number, towards: number): void;
  addNoise(
    into: Address,
    from: Address,
    channels: number,
    pixels: number,
    seed: number,
    deviates: Address,
    spread: Address,
  ): void;
  bytesToUnitFloats(into: Address, from: Address, count: number): void;
  chamferDistance(into: Address, from: Address, framed: Address, width: number, height: number): void;
  blendColour(into: Address, over: Address, cover: Address, pixels: number, ...shift: readonly number[]): void;
}

/** The part of the WebAssembly API in use; TypeScript knows it as one of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** Kernels may read and write up to 13 bytes beyond what they are given; those that read further say so. */
const margin = 16;
const page = 65_536;

let compiled: object | undefined;

/** @throws FoveateError `PATH_MISSING` in a clone that was not built */
function kernelFile(): Uint8Array {
  const file = new URL('../wasm/kernels.wasm', import.meta.url);
  try {
    return readFileSync(file);
  } catch (cause) {
    throw fail({
      code: 'PATH_MISSING',
      what: 'The compiled kernels are missing',
      where: fileURLToPath(file),
      advice: 'In a clone of the repository run: npm run build; otherwise install @foveate/image again',
      cause,
    });
  }
}

/** Kernels with memory of their own; what lies in it stays until the next {@link Kernels.layOut}. */
export class Kernels {
  #exports: Exports | undefined;

  /** The functions. The file is read at the first use, in each thread. */
  get run(): Exports {
    if (this.#exports === undefined) {
      compiled ??= new WebAssembly.Module(kernelFile());
      this.#exports = new WebAssembly.Instance(compiled).exports as Exports;
    }
    return this.#exports;
  }

  /**
   * Addresses for parts of these lengths in bytes, at multiples of 16. The same lengths get the same addresses. Views made
   * before are void.
   */
  layOut(...lengths: readonly number[]): readonly Address[] {
    const { memory } = this.run;
    let end = margin;
    const addresses = lengths.map((length) => {
      const address = end;
      end = Math.ceil((address + length) / 16) * 16 + margin;
      return address;
    });
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / page));
    return addresses;
  }

  /** The bytes from an address on, to read and to write. */
  bytes(address: Address, length: number): Uint8Array {
    return new Uint8Array(this.run.memory.buffer, address, length);
  }

  /** Floats from an address on. */
  floats(address: Address, length: number): Float32Array {
    return new Float32Array(this.run.memory.buffer, address, length);
  }

  /** Doubles from an address on. */
  doubles(address: Address, length: number): Float64Array {
    return new Float64Array(this.run.memory.buffer, address, length);
  }
}

/** For work that leaves nothing behind. */
export const kernels = new Kernels();
