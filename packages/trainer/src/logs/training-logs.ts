/** Learning curves as files that other programs read: JSON Lines, CSV and TensorBoard's event files. */
import { fail, type EpochRecord, type FoveateError, type RunEvent } from '@foveate/contracts';
import { makeFolder, readRegularFile, writeAtomically } from '@foveate/contracts/node';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { TrainingProgress } from '../course/progress.js';
import { epochRow, formats, stepRow, type Row } from './rows.js';
import { fileVersionRecord, scalarsRecord, sessionRecord } from './tensorboard.js';

/** Options of the logs of a training. */
export const logOptions = z
  .array(z.enum(['jsonl', 'csv', 'tensorboard']))
  .describe(
    'Files of the learning curve, by step and by epoch, in the folder logs of the run; run.json has it by epoch anyway.',
  );

type Kind = z.output<typeof logOptions>[number];

/**
 * Logs of one session of a training. Steps are written when their epoch ends or is interrupted, before the checkpoint that
 * a resumed training goes on from; what a resumed training does again is taken out first.
 */
export class TrainingLogs {
  readonly #folder: string;
  readonly #tables: readonly ('jsonl' | 'csv')[];
  readonly #eventFile: string | undefined;
  readonly #epochs: EpochRecord[];
  #steps: Row[] = [];
  #events: Uint8Array[] = [];

  private constructor(folder: string, kinds: readonly Kind[], epochs: readonly EpochRecord[]) {
    this.#folder = folder;
    this.#tables = kinds.filter((kind) => kind !== 'tensorboard');
    // TensorBoard reads files in the order of their names; two sessions may start within a second.
    const stamp = `${String(Math.floor(now()))}.${performance.now().toFixed(3).padStart(16, '0')}.${String(process.pid)}`;
    this.#eventFile = kinds.includes('tensorboard') ? join(folder, `events.out.tfevents.${stamp}`) : undefined;
    this.#epochs = [...epochs];
  }

  /**
   * @param folder of these logs alone; made when something is written, and emptied by a training that starts anew
   * @param start where a resumed training goes on; undefined for a new one
   * @param steps of an epoch
   * @throws FoveateError `OUTPUT_UNWRITABLE`
   */
  static async open(
    folder: string,
    kinds: readonly Kind[],
    start: TrainingProgress | undefined,
    steps: number,
  ): Promise<TrainingLogs> {
    const logs = new TrainingLogs(folder, kinds, start?.records ?? []);
    logs.#events.push(fileVersionRecord(now()));
    if (start === undefined) {
      // A training that was killed before its first checkpoint may have logged an epoch already.
      await rm(folder, { recursive: true, force: true }).catch((cause: unknown) => {
        throw unwritable(folder, cause);
      });
      return logs;
    }
    for (const kind of logs.#tables) await shorten(join(folder, `steps.${kind}`), start);
    const step = (start.epoch - 1) * steps + start.step + 1;
    logs.#events.push(sessionRecord({ wallSeconds: now(), step }));
    return logs;
  }

  /** To be called with every event of the training, in order. @throws FoveateError `OUTPUT_UNWRITABLE` */
  async write(event: RunEvent): Promise<void> {
    if (event.type === 'step') this.#step(event);
    if (event.type === 'epoch') this.#epoch(event.record);
    if (event.type === 'epoch' || event.type === 'interrupted') await this.#flush();
  }

  #step(event: Extract<RunEvent, { type: 'step' }>): void {
    const row = stepRow(event);
    this.#steps.push(row);
    const step = (event.epoch - 1) * event.steps + event.step;
    this.#events.push(scalarsRecord({ wallSeconds: now(), step }, scalars('step', row, ['epoch', 'step'])));
  }

  #epoch(record: EpochRecord): void {
    this.#epochs.push(record);
    const figures = scalars('epoch', epochRow(record), ['epoch']);
    this.#events.push(scalarsRecord({ wallSeconds: now(), step: record.epoch }, figures));
  }

  async #flush(): Promise<void> {
    await makeFolder(this.#folder);
    for (const kind of this.#tables) {
      const { header, line } = formats[kind];
      const epochs = this.#epochs.map(epochRow);
      const [first] = epochs;
      if (first !== undefined) {
        await writeAtomically(join(this.#folder, `epochs.${kind}`), header(first) + epochs.map(line).join(''));
      }
      const file = join(this.#folder, `steps.${kind}`);
      const [step] = this.#steps;
      if (step === undefined) continue;
      await append(file, ((await isEmpty(file)) ? header(step) : '') + this.#steps.map(line).join(''));
    }
    this.#steps = [];
    if (this.#eventFile !== undefined) await append(this.#eventFile, Buffer.concat(this.#events));
    this.#events = [];
  }
}

const now = (): number => Date.now() / 1000;

/** Figures under a prefix, `.` in names as `/`, which groups charts. */
function scalars(prefix: string, row: Row, without: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      value === null || without.includes(name) ? [] : [[`${prefix}/${name.replaceAll('.', '/')}`, value]],
    ),
  );
}

async function isEmpty(file: string): Promise<boolean> {
  return stat(file).then(
    ({ size }) => size === 0,
    () => true,
  );
}

/** On the disk when it resolves: a checkpoint is, too. */
async function append(file: string, content: string | Uint8Array): Promise<void> {
  try {
    const handle = await open(file, 'a');
    try {
      await handle.appendFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

function unwritable(where: string, cause: unknown): FoveateError {
  return fail({
    code: 'OUTPUT_UNWRITABLE',
    where,
    what: 'The logs of the training cannot be written',
    got: (cause as NodeJS.ErrnoException).code ?? 'unknown error',
    advice: 'Free some space on the disk or choose another output folder, then go on with --resume',
    cause,
  });
}

/** Bytes: what one text can hold; some ten million lines. */
const largestLog = 2 ** 29 - 1024;

/** Takes out the lines of steps that will be done again, and one that a killed process left unfinished. */
async function shorten(file: string, { epoch, step }: TrainingProgress): Promise<void> {
  if (await isEmpty(file)) return;
  // What stands behind the last line feed is no line.
  const lines = (await readRegularFile(file, largestLog)).toString('utf8').split('\n').slice(0, -1);
  const kept = lines.filter((line, index) => {
    const numbers = /^(?:\{"epoch":)?(\d+),(?:"step":)?(\d+),/.exec(line);
    if (numbers === null) return index === 0;
    const [at, of] = [Number(numbers[1]), Number(numbers[2])];
    return at < epoch || (at === epoch && of <= step);
  });
  await writeAtomically(file, kept.map((line) => `${line}\n`).join(''));
}
