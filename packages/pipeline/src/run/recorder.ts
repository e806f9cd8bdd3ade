/** Keeps the folder of a run in step with what happens: `events.jsonl`, `run.json`, and what is written before the first step. */
import { configText, type RunConfig } from '@foveate/assembly';
import { messageOf } from '@foveate/contracts';
import type { RunEvent, RunRecord, SampleRecord } from '@foveate/contracts';
import { writeAtomically } from '@foveate/contracts/node';
import { reduce, toJsonLines, type RunState } from '@foveate/run-record';
import { EventLog, readSampleRecords, runFiles, writeRecord, type RunFolder } from '@foveate/run-record/node';
import { sampleRecords, type DataSet, type Network, type RunKeeper } from '@foveate/stages';
import type { Checkpoint } from '@foveate/trainer';
import { join, relative, sep } from 'node:path';
import { startRecord } from './start-record.js';
import { versions } from './versions.js';

/** Events after which a reader of run.json would miss something. */
const written: ReadonlySet<RunEvent['type']> = new Set(['epoch', 'interrupted', 'explained', 'measured', 'run-end']);

/** Says that a configuration is not all there is to a run. */
const composedNote = '# The stages of this run were put together in code; this file alone does not repeat it.\n';

/** The record of one run on the disk. */
export class Recorder implements RunKeeper {
  readonly previousConfig: RunRecord['config'] | undefined;
  readonly checkpoint: Checkpoint | undefined;
  readonly resume: boolean;
  readonly #folder: RunFolder;
  readonly #config: RunConfig;
  readonly #log: EventLog;
  readonly #secondsBefore: number;
  readonly #since = performance.now();
  readonly #isComposed: boolean;
  /** What was said before there was a record. */
  readonly #early: string[] = [];
  #state: RunState;
  #ended = false;

  /**
   * @param start.checkpoint where a resumed training goes on
   * @param start.isComposed true: the stages are not those of the configuration
   */
  constructor(
    folder: RunFolder,
    config: RunConfig,
    { checkpoint, isComposed }: { readonly checkpoint: Checkpoint | undefined; readonly isComposed: boolean },
  ) {
    this.#isComposed = isComposed;
    this.#folder = folder;
    this.#config = config;
    this.#log = new EventLog(folder.path);
    this.#secondsBefore = folder.previous?.timing.totalSeconds ?? 0;
    this.checkpoint = checkpoint;
    this.resume = folder.previous !== undefined;
    this.previousConfig = folder.previous?.config;
  }

  async previousSamples(): Promise<readonly SampleRecord[] | undefined> {
    return this.resume ? readSampleRecords(this.#folder.path) : undefined;
  }

  record(): RunRecord | undefined {
    return this.#state && reduce(this.#state, { type: 'report', path: '' }, this.#seconds());
  }

  /** Writes what is known before the first step; an older run's files go only now. */
  async begin(network: Network, data: DataSet): Promise<RunRecord> {
    const { path, previous } = this.#folder;
    const baseFolder = this.#baseFolder();
    const start = startRecord({
      config: this.#config,
      baseFolder,
      model: network.model,
      initialValues: network.initialValues,
      engine: network.engine.info,
      data,
      versions: versions(),
      previous,
    });
    const remarks = [...new Set([...(start.remarks ?? []), ...this.#early])];
    const record: RunRecord = {
      ...start,
      ...(remarks.length === 0 ? {} : { remarks }),
      epochs: epochsSoFar(this.checkpoint, previous),
      bestEpoch: this.checkpoint?.progress.course.best?.epoch ?? null,
    };
    await this.#start();
    await writeAtomically(join(path, runFiles.samples), toJsonLines(sampleRecords(data.samples)));
    await this.#folder.lock.check();
    await writeRecord(path, record);
    return record;
  }

  /** Begins the files of a pipeline that gives no trained model. */
  async beginWithoutModel(): Promise<void> {
    await this.#start();
  }

  async #start(): Promise<void> {
    const { path, previous } = this.#folder;
    if (previous === undefined) await this.#folder.clear();
    const text = configText(this.#config, this.#baseFolder());
    await writeAtomically(join(path, runFiles.config), this.#isComposed ? `${composedNote}${text}` : text);
    this.#log.open();
  }

  /** To be called with each event as it happens. @returns the record after it @throws FoveateError `OUTPUT_UNWRITABLE` */
  see(event: RunEvent): RunState {
    // What is told while things are released belongs to no file any more.
    if (this.#ended) return this.#state;
    this.#ended = event.type === 'run-end';
    if (this.#state === undefined && (event.type === 'warning' || event.type === 'notice')) {
      this.#early.push(event.message);
    }
    const at = this.#seconds();
    this.#state = reduce(this.#state, event, at);
    this.#log.write(event, at);
    return this.#state;
  }

  /**
   * Writes run.json where a reader would miss what the event says.
   * @param state after the event
   * @throws FoveateError `OUTPUT_UNWRITABLE`; `RUN_LOCKED` when the folder is somebody else's by now
   */
  async keep(event: RunEvent, state: RunState): Promise<void> {
    if (state === undefined || !written.has(event.type)) return;
    await this.#folder.lock.check();
    await writeRecord(this.#folder.path, state);
  }

  /** Writes that the run has failed, as far as that can be written: a full disk must not hide why. */
  async fail(error: unknown): Promise<void> {
    const event: RunEvent = { type: 'failed', message: messageOf(error) };
    try {
      await this.keep({ type: 'interrupted', epoch: 0, step: 0 }, this.see(event));
    } catch {
      // The error that is thrown says more.
    }
  }

  /** Ends the log. May be called again. */
  close(): void {
    this.#log.close();
  }

  #baseFolder(): string {
    return relative(this.#folder.path, this.#config.baseFolder).split(sep).join('/') || '.';
  }

  /** Milliseconds are enough, and the same in both files. */
  #seconds(): number {
    return Math.round(1000 * this.#secondsBefore + (performance.now() - this.#since)) / 1000;
  }
}

/** The epochs up to the checkpoint; of those run.json knows more than the trainer does. */
function epochsSoFar(checkpoint: Checkpoint | undefined, previous: RunRecord | undefined): RunRecord['epochs'] {
  return (checkpoint?.progress.records ?? []).map(
    (trained) => previous?.epochs.find(({ epoch }) => epoch === trained.epoch) ?? trained,
  );
}
