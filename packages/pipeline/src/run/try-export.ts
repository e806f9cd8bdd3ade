/** Does an exported model say what the run says? */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, isFoveateError, random } from '@foveate/contracts';
import type { Engine, HostTensor, HostTensors, OpenedModel } from '@foveate/contracts';
import { inferenceProgram, largestDifferences, tolerances } from '@foveate/export';
import type { ExportFormat, ExportParts } from '@foveate/export';
import { resize } from '@foveate/image';
import { decodeSafetensors } from '@foveate/tensor';
import type { Services } from '@foveate/assembly';
import { readSampleRecords } from '@foveate/run-record/node';
import type { TrainedRun } from './trained-run.js';

/** How an export was tried. */
export interface ExportCheck {
  /** What it was tried on: test images of the run, or noise where they are gone; weights alone are only compared. */
  readonly on: 'test images' | 'noise' | 'weights';
  readonly count: number;
  /** Largest difference from the engine of the run by output, as a share of the largest value. */
  readonly differences: Readonly<Record<string, number>>;
}

/** Images a model is tried on; a batch of them, and one alone. */
const tried = 4;

/** Where an export is to be, and where it lies until it has been tried. */
interface ExportTarget {
  readonly folder: string;
  readonly staging: string;
  readonly format: ExportFormat;
}

/**
 * Reads an export back and runs it beside the engine of the run.
 * @param names of its files
 * @throws FoveateError `ENGINE_UNSUPPORTED` when no engine opens it or it computes something else
 */
export async function tryExport(
  run: TrainedRun,
  folder: string,
  { staging, folder: target, format }: ExportTarget,
  parts: ExportParts,
  names: readonly string[],
): Promise<ExportCheck> {
  const { precision } = parts;
  const files = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, new Uint8Array(await readFile(join(staging, name)))] as const)),
  );
  const check =
    format === 'safetensors'
      ? weightsCheck(files['model.safetensors'] ?? new Uint8Array(), parts, target)
      : await outputsCheck(run, await testImages(run, folder), parts, (own) =>
          openWith(run.scope.services, own, format, files),
        );
  const { differences } = check;
  const worst = Object.entries(differences).find(([, difference]) => !(difference <= tolerances[precision]));
  if (worst !== undefined) {
    throw fail({
      code: 'ENGINE_UNSUPPORTED',
      what:
        precision === 'float16'
          ? `Half precision does not suffice for this model: '${worst[0]}' differs from what the run computes`
          : `The exported model computes another '${worst[0]}' than the run`,
      where: target,
      expected: `a relative difference of at most ${String(tolerances[precision])}`,
      got: worst[1].toPrecision(3),
      advice: precision === 'float16' ? 'Export in single precision' : 'Report this as a fault, with the run',
    });
  }
  return check;
}

function weightsCheck(bytes: Uint8Array, { variables }: ExportParts, where: string): ExportCheck {
  const { tensors } = decodeSafetensors(bytes, where);
  return { on: 'weights', count: Object.keys(tensors).length, differences: largestDifferences(variables, tensors) };
}

/** A batch of all images, and the first alone: both must come out as the engine of the run has them. */
async function outputsCheck(
  { network: { engine } }: TrainedRun,
  { on, pixels }: Tried,
  parts: ExportParts,
  open: (own: Engine) => Promise<Opened>,
): Promise<ExportCheck> {
  const { model, close } = await open(engine);
  try {
    const differences: Record<string, number> = {};
    for (const batch of [pixels, pixels.slice(0, 1)]) {
      const inputs = { images: imageTensor(batch, parts) };
      const expected = await expectedOutputs(engine, parts, inputs);
      for (const [name, difference] of Object.entries(largestDifferences(expected, await model.run(inputs)))) {
        differences[name] = Math.max(differences[name] ?? 0, difference);
      }
    }
    return { on, count: pixels.length, differences };
  } finally {
    close();
  }
}

interface Opened {
  readonly model: OpenedModel;
  close(): void;
}

interface Tried {
  readonly on: 'test images' | 'noise';
  readonly pixels: readonly Uint8Array[];
}

/** @throws FoveateError `ENGINE_UNSUPPORTED` when no engine knows the format */
async function openWith(
  services: Services,
  own: Engine,
  format: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Opened> {
  const mine = await own.openModel?.(format, files);
  if (mine !== undefined) return { model: mine, close: () => { mine.dispose(); } }; // prettier-ignore
  for await (const engine of services.each('engine')) {
    const model = await engine.openModel?.(format, files);
    if (model === undefined) {
      engine.dispose();
      continue;
    }
    const close = (): void => {
      model.dispose();
      engine.dispose();
    };
    return { model, close };
  }
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `No engine can open the format ${format} to try the model`,
    advice: 'Use a configuration with the default plugins',
  });
}

async function expectedOutputs(engine: Engine, parts: ExportParts, inputs: HostTensors): Promise<HostTensors> {
  const state = engine.createState(parts.variables);
  const infer = inferenceProgram(parts);
  const program = engine.compile((given, variables) => ({ outputs: infer(given, variables) }), state);
  try {
    return await program.run(inputs);
  } finally {
    program.dispose();
    state.dispose();
  }
}

function imageTensor(pixels: readonly Uint8Array[], { model, normalise }: ExportParts): HostTensor {
  const shape = [pixels.length, model.height, model.width, 3];
  const bytes = Buffer.concat(pixels);
  return normalise
    ? { dtype: 'int32', shape, data: Int32Array.from(bytes) }
    : { dtype: 'float32', shape, data: Float32Array.from(bytes, (value) => value / 255) };
}

/** Test images of the run at network size, or noise when its data is no longer there. */
async function testImages({ scope, network: { model }, record }: TrainedRun, folder: string): Promise<Tried> {
  try {
    const records = await readSampleRecords(folder);
    const wanted = new Set(records.filter(({ split }) => split === 'test').slice(0, tried).map(({ id }) => id)); // prettier-ignore
    const source = await scope.get('source');
    const pixels: Uint8Array[] = [];
    for await (const item of source.scan()) {
      if (!('sample' in item) || !wanted.has(item.sample.id)) continue;
      const { image } = await source.load(item.sample);
      pixels.push((await resize(image, model.width, model.height)).data);
      if (pixels.length === wanted.size) return { on: 'test images', pixels };
    }
  } catch (error) {
    if (!isFoveateError(error)) throw error;
  }
  const stream = random(record.seed, 'export');
  const noise = () => Uint8Array.from({ length: model.height * model.width * 3 }, () => stream.integer(256));
  return { on: 'noise', pixels: Array.from({ length: tried }, noise) };
}
