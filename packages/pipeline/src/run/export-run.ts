/** A trained run as a model file that runs elsewhere, tried before it is handed over. */
import { fail } from '@foveate/contracts';
import { exportFiles, exportReadme } from '@foveate/export';
import type { ExportFormat, ExportParts, Precision } from '@foveate/export';
import type { ConfigSetting } from '@foveate/assembly';
import { modelMetadata } from '@foveate/stages';
import { writeTried } from './staged-files.js';
import { withTrainedRun } from './trained-run.js';
import { tryExport } from './try-export.js';
import type { ExportCheck } from './try-export.js';
import { versions } from './versions.js';

/** How a run is exported. */
export interface ExportOptions {
  readonly format: ExportFormat;
  /** Gets the files. */
  readonly folder: string;
  /** Files that are there are replaced; without it nothing is written where one of them is there. */
  readonly overwrite?: boolean;
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
 * @throws FoveateError `CONFIG_INVALID` when the format has no room for what is asked, `PATH_MISSING`, `RUN_INVALID`,
 *   `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`; `ENGINE_UNSUPPORTED` when the format cannot hold the model, no engine opens it, or
 *   it computes something else; the folder is then as it was, as it is when the signal stops the export, whose reason it
 *   throws
 */
export async function exportRun(
  folder: string,
  options: ExportOptions,
  setting: ConfigSetting,
  signal: AbortSignal,
): Promise<ExportedModel> {
  requireRoom(options);
  return withTrainedRun(folder, setting, signal, async (run) => {
    const { network, evaluator, record, config, decision } = run;
    const { temperature } = decision;
    const { heatmap, normalise, precision, format, overwrite = false } = options;
    const parts: ExportParts = {
      model: network.model,
      variables: evaluator.variables,
      normalise,
      precision,
      metadata: {
        ...modelMetadata(config, network.model, record.bestEpoch, decision),
        foveate: versions()['foveate'] ?? '',
      },
      ...(heatmap ? { explainer: network.explainer } : {}),
      ...(temperature === undefined ? {} : { temperature }),
    };
    const files = exportFiles(format, parts);
    const { height, width } = network.model;
    const valueRange = config.data.source.options['valueRange'] as readonly [number, number] | undefined;
    const readme = exportReadme(format, {
      name: record.name,
      height,
      width,
      normalise,
      precision,
      heatmap,
      threshold: decision.threshold,
      valueRange: valueRange ?? undefined,
      outside: config.data.outside,
    });
    const contents = { ...files, 'README.md': Buffer.from(readme) };
    const check = await writeTried({ folder: options.folder, contents, overwrite }, async (staging) => {
      const tried = await tryExport(run, folder, { ...options, staging }, parts, Object.keys(files));
      signal.throwIfAborted();
      return tried;
    });
    const written = Object.entries(contents).map(([name, { length: size }]) => ({ name, size }));
    return { folder: options.folder, files: written, check };
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
