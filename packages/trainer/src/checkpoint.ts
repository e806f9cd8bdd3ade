/** Checkpoints: `last.safetensors` holds all a training needs to go on, `best.safetensors` the model of the best epoch. */
import { fail, type FoveateError, type HostTensors, type VariableSpec } from '@foveate/contracts';
import { readRegularFile, writeAtomically } from '@foveate/contracts/node';
import { decodeSafetensors, encodeSafetensors, pickPrefix, type SafetensorsContent } from '@foveate/tensor';
import { join } from 'node:path';
import { trainingProgress, type TrainingProgress } from './course/progress.js';
import type { TrainedModel } from './objective.js';
import { modelPrefix } from './variables.js';

/** A training at rest. */
export interface Checkpoint {
  /** `model/<variable>`, `optimizer/<slot>`, and where they are kept `ema/<variable>`, `gathered/<variable>`. */
  readonly tensors: HostTensors;
  readonly progress: TrainingProgress;
}

const progressKey = 'foveate.training';

/** Path of a run folder's checkpoint. */
export function checkpointPath(folder: string, kind: 'best' | 'last'): string {
  return join(folder, `${kind}.safetensors`);
}

/**
 * Replaces the folder's `last.safetensors`.
 * @returns its path
 * @throws FoveateError `OUTPUT_UNWRITABLE`
 */
export async function writeLast(folder: string, { tensors, progress }: Checkpoint): Promise<string> {
  const path = checkpointPath(folder, 'last');
  await writeAtomically(path, encodeSafetensors(tensors, { [progressKey]: JSON.stringify(progress) }));
  return path;
}

/**
 * Replaces the folder's `best.safetensors`.
 * @param model `model/<variable>`, as the epoch was validated
 * @returns its path
 * @throws FoveateError `OUTPUT_UNWRITABLE`
 */
export async function writeBest(folder: string, model: HostTensors, epoch: number): Promise<string> {
  const path = checkpointPath(folder, 'best');
  await writeAtomically(path, encodeSafetensors(model, { 'foveate.epoch': String(epoch) }));
  return path;
}

/**
 * The checkpoint a training can be resumed from.
 * @returns undefined when the folder has none: the run stopped before its first checkpoint
 * @throws FoveateError `RUN_INVALID` when it is damaged
 */
export async function readLast(folder: string): Promise<Checkpoint | undefined> {
  const path = checkpointPath(folder, 'last');
  const content = await readSafetensors(path);
  if (content === undefined) return undefined;
  const parsed = trainingProgress.safeParse(parseJson(content.metadata[progressKey]));
  if (!parsed.success) {
    throw fail({
      code: 'RUN_INVALID',
      where: path,
      what: 'File does not say how far the training came',
      advice: 'Only a last.safetensors written by this version can be resumed',
      cause: parsed.error,
    });
  }
  return { tensors: content.tensors, progress: parsed.data };
}

/**
 * The model's variables, without prefix, from `best.safetensors` or `last.safetensors`.
 * @param model whose variables are expected
 * @throws FoveateError `RUN_INVALID` when the file is missing, damaged or of another model
 */
export async function loadModelState(path: string, model: TrainedModel): Promise<HostTensors> {
  const content = await readSafetensors(path);
  if (content === undefined) {
    throw fail({
      code: 'RUN_INVALID',
      where: path,
      what: 'Checkpoint is missing',
      advice:
        'Go on with --resume where the training was interrupted; else restore the file, or train again with --overwrite',
    });
  }
  const variables = pickPrefix(modelPrefix, content.tensors);
  checkVariables(variables, model.variables, path);
  for (const [name, { data }] of Object.entries(variables)) {
    if (!data.some((value) => !Number.isFinite(value))) continue;
    throw fail({
      code: 'RUN_INVALID',
      where: path,
      what: `Variable '${name}' holds values that are no numbers`,
      advice: 'Restore the file, or train again with --overwrite',
    });
  }
  return variables;
}

/** @throws FoveateError `RUN_INVALID` when `tensors` are not exactly those of `expected`, naming the first that differs */
export function checkVariables(tensors: HostTensors, expected: readonly VariableSpec[], where: string): void {
  const mismatch = (name: string, want: string, got: string): FoveateError =>
    fail({
      code: 'RUN_INVALID',
      where,
      what: `Variable '${name}' does not fit the configured model and optimizer`,
      expected: want,
      got,
      advice: 'Use the configuration this checkpoint was trained with',
    });
  const describe = (shape: readonly number[]): string => `shape [${shape.join(', ')}]`;
  for (const { name, shape } of expected) {
    const tensor = tensors[name];
    if (tensor === undefined) throw mismatch(name, describe(shape), 'nothing');
    if (describe(tensor.shape) !== describe(shape)) throw mismatch(name, describe(shape), describe(tensor.shape));
  }
  const names = new Set(expected.map(({ name }) => name));
  const extra = Object.keys(tensors).find((name) => !names.has(name));
  if (extra !== undefined) throw mismatch(extra, 'nothing', describe(tensors[extra]?.shape ?? []));
}

/** @returns undefined when there is no such file */
async function readSafetensors(path: string): Promise<SafetensorsContent | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readRegularFile(path, 2 ** 31);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ENOENT') return undefined;
    throw fail({ code: 'RUN_INVALID', where: path, what: 'Checkpoint cannot be read', got: code, cause });
  }
  // A plain view: the slices of a Buffer are views of it, those of a Uint8Array are copies.
  return decodeSafetensors(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), path);
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
