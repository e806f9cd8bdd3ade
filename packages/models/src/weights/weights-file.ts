/** What a file of weights holds, whatever its format. */
import { fail, type FoveateError, type HostTensor } from '@foveate/contracts';

/** File formats that can be read. */
export type WeightsFormat =
  'safetensors' | 'pytorch' | 'keras-h5' | 'keras-3-h5' | 'tfjs-layers' | 'tfjs-graph' | 'npy-folder';

/** A tensor of a file. */
export interface WeightsEntry {
  /** As the file names it, unique within the file. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Element type in the file, for example `float16`; `tensor` has it as float32. */
  readonly stored: string;
  /** Its values; absent for what cannot be a weight, such as 64-bit counters. */
  readonly tensor?: HostTensor;
}

/** A file of weights, read. */
export interface WeightsFile {
  readonly path: string;
  readonly format: WeightsFormat;
  readonly entries: readonly WeightsEntry[];
  /** What the file says of itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a reader returns; path and format are the caller's. */
export type WeightsContent = Pick<WeightsFile, 'entries' | 'metadata'>;

/** Values that one file may hold: 1 GiB of float32. Headers that promise more are not believed. */
export const valueLimit = 2 ** 28;

/** Tensors that one file may hold; the largest classifiers have a tenth of it. */
export const entryLimit = 20_000;

/**
 * Bytes that compressed content of a file of so many bytes may unpack to: trained weights hardly shrink, and a little file
 * of zeros is not to fill the memory.
 */
export function unpackedLimit(bytes: number): number {
  return Math.min(valueLimit * 4 + 2 ** 26, bytes * 100 + 2 ** 20);
}

/** Number of elements of a shape, checked. @throws FoveateError `WEIGHTS_INVALID` for what cannot be a shape */
export function elementCount(shape: readonly unknown[], name: string, where: string): number {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || (size as number) < 0)
      throw invalid(where, `Tensor '${name}' has no valid shape`);
    count *= size as number;
  }
  if (count > valueLimit || shape.length > 32) {
    throw invalid(where, `Tensor '${name}' is absurdly large`, { got: `shape [${shape.join(', ')}]` });
  }
  return count;
}

/** The error of every file of weights that cannot be used. */
export function invalid(
  where: string,
  what: string,
  parts: { readonly expected?: string; readonly got?: string; readonly advice?: string; readonly cause?: unknown } = {},
): FoveateError {
  return fail({ code: 'WEIGHTS_INVALID', where, what, advice: 'Restore the file, or use another one', ...parts });
}
