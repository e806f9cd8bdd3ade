/** A trained run as a model file that runs elsewhere, tried before it is handed over. */
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, writeAtomically } from '@foveate/contracts';
import { exportFiles, exportReadme } from '@foveate/export';
import type { ExportFormat, ExportParts, Precision } from '@foveate/export';
import type { ConfigSetting } from '../config/read.js';
import { withTrainedRun } from './trained-run.js';
import type { TrainedRun } from './trained-run.js';
import { tryExport } from './try-export.js';
import type { ExportCheck } from './try-export.js';
import { versions } from './versions.js';

/** How a run is exported. */
export interface ExportOptions {
  readonly format: ExportFormat;
  /** Gets the files; those of an earlier export are replaced. */
  readonly folder: string;
  /** The heatmap becomes an output. */
  readonly heatmap: boolean;
  /** Images are bytes, scaled inside. */
  readonly normalise: boolean;
  readonly precision: Precision;
}

/** What was exported, and how it was tried. */
export interface ExportedModel {
  readonly folder: string;
  /** Sizes in bytes. */
  readonly files: readonly { readonly name: string; readonly size: number }[];
  readonly check: ExportCheck;
}

/**
 * Writes the best checkpoint of a run as a model file with a README, reads it back and compares what it says of images
 * with what the engine of the run says.
 * @throws FoveateError `CONFIG_INVALID` when the format has no room for what is asked, `PATH_MISSING`, `RUN_INVALID`, `OUTPUT_UNWRITABLE`; `ENGINE_UNSUPPORTED` when the format cannot hold
 *   the model, no engine opens it, or it computes something else; its files are then removed,
 *   as they are when the signal stops it, whose reason it throws
 */
export async function exportRun(
  folder: string,
  options: ExportOptions,
  setting: ConfigSetting,
  signal: AbortSignal,
): Promise<ExportedModel> {
  requireRoom(options);
  return withTrainedRun(folder, setting, signal, async (run) => {
    const { network, evaluator, record } = run;
    const { heatmap, normalise, precision, format } = options;
    const parts: ExportParts = {
      model: network.model,
      variables: evaluator.variables,
      normalise,
      precision,
      metadata: metadataOf(run),
      ...(heatmap ? { explainer: network.explainer } : {}),
    };
    const files = exportFiles(format, parts);
    const { height, width } = network.model;
    const readme = exportReadme(format, { name: record.name, height, width, normalise, precision, heatmap });
    const written = Object.entries({ ...files, 'README.md': Buffer.from(readme) });
    for (const [name, content] of written) await writeAtomically(join(options.folder, name), content);
    try {
      const check = await tryExport(run, folder, options, parts, Object.keys(files));
      signal.throwIfAborted();
      return { folder: options.folder, files: written.map(([name, { length: size }]) => ({ name, size })), check };
    } catch (error) {
      for (const [name] of written) await rm(join(options.folder, name), { force: true });
      // Only when it is empty: it may have been there before, with other files in it.
      await rmdir(options.folder).catch(() => undefined);
      throw error;
    }
  });
}

/** Weights alone compute nothing: they have no outputs, no input and are kept as they were trained. */
function requireRoom({ format, heatmap, normalise, precision }: ExportOptions): void {
  if (format !== 'safetensors' || !(heatmap || normalise || precision === 'float16')) return;
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'The format safetensors holds the weights alone, as they were trained',
    expected: 'no heatmap, normalisation or half precision with it',
    advice: 'Leave these options out, or export to onnx or tfjs',
  });
}

/** What a stranger who finds the file wants to know. */
function metadataOf({ record, network: { model } }: TrainedRun): Record<string, string> {
  return {
    name: record.name,
    classes: 'good,defective',
    size: `${String(model.height)}x${String(model.width)}`,
    model: record.model.id,
    loss: record.loss.id,
    epoch: String(record.bestEpoch ?? ''),
    seed: String(record.seed),
    foveate: versions()['foveate'] ?? '',
  };
}
