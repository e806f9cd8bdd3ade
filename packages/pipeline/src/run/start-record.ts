/** The record of a run that has not done a step yet. */
import { createHash } from 'node:crypto';
import { runRecordVersion } from '@foveate/run-record';
import type { Engine, HostTensors, Model } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import { encodeSafetensors } from '@foveate/tensor';
import { writtenConfig } from '@foveate/assembly';
import type { RunConfig } from '@foveate/assembly';
import type { DataSet } from '@foveate/stages';

/** What a record starts from. */
export interface RecordStart {
  readonly config: RunConfig;
  /** Folder relative paths start from, as it is to stand in files of the run folder. */
  readonly baseFolder: string;
  readonly model: Model;
  /** Values the model starts from, if they are given and not drawn. */
  readonly initialValues: HostTensors | undefined;
  readonly engine: Engine['info'];
  readonly data: DataSet;
  /** Versions of this software, by package. */
  readonly versions: Readonly<Record<string, string>>;
  /** The record of the run that is resumed. */
  readonly previous: RunRecord | undefined;
}

/** Trainable parameters of a model. */
function parameterCount(model: Model): number {
  return model.variables
    .filter(({ trainable }) => trainable)
    .reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
}

/** The record of a run that has not done a step yet, or goes on with an earlier one. */
export function startRecord(start: RecordStart): RunRecord {
  const { config, data, previous, engine } = start;
  const [height, width] = config.data.size;
  return {
    version: runRecordVersion,
    name: config.name,
    status: 'running',
    startedAt: previous?.startedAt ?? new Date().toISOString(),
    seed: config.seed,
    ...(config.preset === undefined ? {} : { preset: config.preset }),
    loss: config.loss,
    model: { ...config.model, parameters: parameterCount(start.model), ...origin(start) },
    engine: { ...config.engine, description: engine.description },
    config: writtenConfig(config, start.baseFolder),
    versions: { ...start.versions, ...engine.versions },
    data: { counts: data.counts, skips: data.skips, duplicates: data.duplicates, height, width },
    epochs: [],
    bestEpoch: null,
    ...(previous?.remarks === undefined ? {} : { remarks: previous.remarks }),
    validation: null,
    test: null,
    explanations: [],
    timing: { totalSeconds: previous?.timing.totalSeconds ?? 0, secondsPerEpoch: 0, imagesPerSecond: 0 },
  };
}

/** Which initial values: those of now, or those the resumed run started from. */
function origin({ initialValues, previous }: RecordStart): Pick<RunRecord['model'], 'initialValues'> {
  const known = previous?.model.initialValues;
  if (initialValues === undefined) return known === undefined ? {} : { initialValues: known };
  return { initialValues: createHash('sha256').update(encodeSafetensors(initialValues)).digest('hex') };
}
