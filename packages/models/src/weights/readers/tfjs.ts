/**
 * TensorFlow.js models: `model.json` and the weight files it lists. Layers and graph models keep their weights alike.
 * Format: `WeightsManifestConfig` of tfjs-core.
 */
import type { ElementType } from '@foveate/tensor';
import { elementBytes } from '@foveate/tensor';
import { z } from 'zod';
import { elementCount, invalid, type WeightsContent, type WeightsEntry, type WeightsFormat } from '../weights-file.js';
import { hostTensor } from './host-tensor.js';

const weight = z.object({
  name: z.string(),
  shape: z.array(z.number()),
  dtype: z.string(),
  quantization: z.object({ dtype: z.string(), scale: z.number().optional(), min: z.number().optional() }).optional(),
});
/** Bytes of all weight files of a model. */
const byteLimit = 2 ** 31;
type Weight = z.output<typeof weight>;

const model = z.object({
  format: z.string().optional(),
  modelTopology: z.unknown().optional(),
  weightsManifest: z
    .array(z.object({ paths: z.array(z.string()).max(10_000), weights: z.array(weight).max(100_000) }))
    .max(10_000),
});

/** Bytes of one element as stored; a string tensor has no fixed size and no model of images needs one. */
const widths: Readonly<Record<string, number>> = { ...elementBytes, uint16: 2, uint8: 1, bool: 1, complex64: 8 };

/**
 * @param json content of `model.json`
 * @param shard bytes of a weight file beside it, by its name in the manifest; refuses one of more than `mostBytes`
 * @param where path of `model.json`, for errors
 * @throws FoveateError `WEIGHTS_INVALID`
 */
export async function readTfjs(
  json: unknown,
  shard: (name: string, mostBytes: number) => Promise<Uint8Array>,
  where: string,
): Promise<WeightsContent & { readonly format: WeightsFormat }> {
  const parsed = model.safeParse(json);
  if (!parsed.success) {
    throw invalid(where, 'File is not the model.json of a TensorFlow.js model', { cause: parsed.error });
  }
  const { format, weightsManifest } = parsed.data;
  const entries: WeightsEntry[] = [];
  const seen = new Set<string>();
  let room = byteLimit;
  for (const group of weightsManifest) {
    const parts: Uint8Array[] = [];
    for (const path of group.paths) {
      // Named again and again, a small file would fill the memory.
      if (seen.has(path)) throw invalid(where, `Manifest names the weight file '${path}' twice`);
      seen.add(path);
      const bytes = await shard(checkedName(path, where), room);
      room -= bytes.length;
      parts.push(bytes);
    }
    const weights = readGroup(group.weights, Buffer.concat(parts), where);
    for (const weight of weights) entries.push(weight);
  }
  return { format: format === 'graph-model' ? 'tfjs-graph' : 'tfjs-layers', entries, metadata: {} };
}

/** Weight files lie beside model.json; a manifest that points elsewhere is not followed. */
function checkedName(path: string, where: string): string {
  const safe = !/^[/\\]|[:\0]|\\/.test(path) && path !== '' && !path.split('/').includes('..');
  if (safe) return path;
  throw invalid(where, `Manifest names the weight file '${path}'`, {
    expected: 'files beside model.json',
    advice: 'Use a model from a source you trust',
  });
}

function readGroup(weights: readonly Weight[], bytes: Uint8Array, where: string): WeightsEntry[] {
  let position = 0;
  const entries = weights.map((spec) => {
    const stored = spec.quantization?.dtype ?? spec.dtype;
    const width = Object.hasOwn(widths, stored) ? (widths[stored] as number) : undefined;
    if (width === undefined) throw invalid(where, `Tensor '${spec.name}' has dtype '${stored}', which cannot be read`);
    const begin = position;
    position += elementCount(spec.shape, spec.name, where) * width;
    if (position > bytes.length) throw invalid(where, `Tensor '${spec.name}' reaches beyond its weight files`);
    return readWeight(spec, stored, bytes.subarray(begin, position));
  });
  if (position !== bytes.length) {
    throw invalid(where, 'Weight files are longer than the manifest says', {
      expected: `${position} bytes`,
      got: String(bytes.length),
    });
  }
  return entries;
}

function readWeight({ name, shape, quantization }: Weight, stored: string, bytes: Uint8Array): WeightsEntry {
  if (Object.hasOwn(elementBytes, stored)) {
    return { name, shape, stored, tensor: hostTensor(stored as ElementType, shape, bytes) };
  }
  if (quantization === undefined || (stored !== 'uint8' && stored !== 'uint16')) return { name, shape, stored };
  const { scale = 1, min = 0 } = quantization;
  const integers = stored === 'uint8' ? bytes : new Uint16Array(Uint8Array.from(bytes).buffer);
  const data = Float32Array.from(integers, (value) => value * scale + min);
  return { name, shape, stored, tensor: { dtype: 'float32', shape, data } };
}
