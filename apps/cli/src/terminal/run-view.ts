/** A run as the terminal shows it: a line for whatever is worth keeping, a progress bar where there is a terminal. */
import type { DuplicateCluster, EpochRecord, RunEvent, Skip } from '@foveate/contracts';
import { splitNames } from '@foveate/contracts';
import type { SingleBar } from 'cli-progress';
import { newBar } from './bar.js';
import { printFact } from './fact.js';
import { duration, figure, fixed, percent } from './format.js';
import { shortFigure } from './measures.js';
import { colours, print, terminalWidth } from './terminal.js';
import { widthOf, wrap } from './wrap.js';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>;

/** Columns in which the progress of an epoch has room with all that is known of it. */
const roomForAll = 100;

/** Skips of a reason that are shown one by one. */
const examplesPerReason = 3;

/** Shows the events of one run. */
export class RunView {
  readonly #colours = colours(process.stdout);
  #bar: SingleBar | undefined;

  /** To be called with every event, in order. */
  show(event: RunEvent): void {
    switch (event.type) {
      case 'run-start':
        printFact('Run folder', event.folder);
        if (event.resumedFromEpoch !== null) printFact('Going on', `in epoch ${String(event.resumedFromEpoch)}`);
        break;
      case 'loading':
        this.#progress('Data        [{bar}] {value}/{total} images', event.done, event.total);
        break;
      case 'data':
        this.clear();
        this.#data(event);
        this.#duplicates(event.duplicates);
        break;
      case 'fetching': {
        const total = event.total ?? event.received;
        this.#progress('Weights     [{bar}] {value}/{total} MB', megabytes(event.received), megabytes(total));
        break;
      }
      case 'engine':
        this.clear();
        printFact('Engine', event.description);
        break;
      case 'step':
        this.#step(event);
        break;
      case 'epoch':
        this.clear();
        print(this.#epoch(event));
        break;
      case 'warning':
        this.clear();
        printFact('Warning', event.message, this.#colours.yellow);
        break;
      case 'notice':
        this.clear();
        printFact('Note', event.message);
        break;
      case 'early-stop':
        this.clear();
        printFact('Stopped', `after epoch ${String(event.epoch)}: ${event.reason}`);
        break;
      case 'decision':
        this.clear();
        printFact('Decision', decisionText(event.decision));
        break;
      case 'report':
        printFact('Report', event.path);
        break;
      case 'passed':
        this.clear();
        printFact('Done', `${String(event.items)} ${event.port.endsWith('sample') ? 'samples' : `of ${event.port}`}`);
        this.#skips(event.skips, 'all listed in events.jsonl');
        break;
      case 'begin':
      case 'failed':
      case 'checkpoint':
      case 'explained':
      case 'measured':
      case 'interrupted':
      case 'run-end':
        this.clear();
        break;
    }
  }

  /** Takes the progress bar away; to be called before anything else is printed, errors included. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #data({ counts, skips, areas = {} }: EventOf<'data'>): void {
    const parts = splitNames.map((split) => {
      const { good, defective } = counts[split];
      return `${split} ${String(good + defective)} (${String(good)} good, ${String(defective)} defective)`;
    });
    printFact('Data', parts.join(', '));
    const sources = Object.entries(areas).map(([source, images]) => `${source} ${String(images)}`);
    if (sources.length > 0) printFact('Areas', `of interest from ${sources.join(', ')}`);
    this.#skips(skips, 'all listed in run.json');
  }

  #skips(skips: readonly Skip[], where: string): void {
    if (skips.length === 0) return;
    const { yellow } = this.#colours;
    printFact('Skipped', `${String(skips.length)}, ${where}`, yellow);
    for (const reason of new Set(skips.map((skip) => skip.reason))) {
      const alike = skips.filter((skip) => skip.reason === reason);
      print(`  ${String(alike.length)} ${reason}`);
      for (const { path, message } of alike.slice(0, examplesPerReason)) {
        print(`      ${message.includes(path) ? message : `${path}: ${message}`}`);
      }
      if (alike.length > examplesPerReason) print(`      … and ${String(alike.length - examplesPerReason)} more`);
    }
  }

  #duplicates(clusters: readonly DuplicateCluster[]): void {
    const { yellow } = this.#colours;
    const images = (list: readonly DuplicateCluster[]) => list.reduce((sum, { ids }) => sum + ids.length, 0);
    const treated = clusters.filter((cluster) => cluster.treated);
    if (treated.length > 0) {
      const exact = treated.filter(({ similarity }) => similarity === 1).length;
      printFact(
        'Duplicates',
        `${String(images(treated))} images in ${String(treated.length)} clusters (${String(exact)} of the same pixels), none across splits; listed in run.json`,
      );
    }
    const say = (list: readonly DuplicateCluster[], what: string): void => {
      if (list.length === 0) return;
      print(yellow(`  ${String(list.length)} ${what}`));
      for (const { ids } of list.slice(0, examplesPerReason)) {
        const more = ids.length - examplesPerReason;
        const shown = ids.slice(0, examplesPerReason).join(', ');
        print(`      ${shown}${more > 0 ? ` and ${String(more)} more` : ''}`);
      }
    };
    say(
      treated.filter(({ labelsDiffer }) => labelsDiffer),
      'whose labels differ',
    );
    say(
      clusters.filter((cluster) => !cluster.treated),
      'too large for copies, left as they are: name groups in the source, or raise data.duplicates.near',
    );
  }

  #step(event: EventOf<'step'>): void {
    const values = {
      loss: fixed(event.meanLoss, 4),
      accuracy: percent(event.meanAccuracy),
      speed: event.imagesPerSecond.toFixed(0),
      left: duration(event.secondsLeft),
    };
    const head = `epoch ${String(event.epoch)}/${String(event.epochs)} [{bar}] {value}/{total}`;
    const isNarrow = (process.stderr.columns ?? Infinity) < roomForAll;
    this.#progress(
      isNarrow ? `${head}  {left} left` : `${head}  loss {loss}  accuracy {accuracy}  {speed} images/s  {left} left`,
      event.step,
      event.steps,
      values,
    );
  }

  /** Moves the progress bar on, or puts one there. */
  #progress(format: string, value: number, total: number, values: object = {}): void {
    if (!process.stderr.isTTY) return;
    if (this.#bar !== undefined) {
      this.#bar.setTotal(total);
      this.#bar.update(value, values);
      return;
    }
    this.#bar = newBar(format);
    this.#bar.start(total, value, values);
  }

  #epoch({ record, epochs, best }: EventOf<'epoch'>): string {
    const { bold, green } = this.#colours;
    const number = `${String(record.epoch).padStart(String(epochs).length)}/${String(epochs)}`;
    const parts = [
      `epoch ${number}  loss ${fixed(record.train.loss, 4)}  accuracy ${percent(record.train.accuracy)}`,
      `validation loss ${fixed(record.validation.loss, 4)}  accuracy ${percent(record.validation.accuracy)}`,
      ...figures(record.validation.metrics),
      `${record.seconds.toFixed(1)} s  ${record.imagesPerSecond.toFixed(0)} images/s${waited(record)}${best ? '  best' : ''}`,
    ];
    const text = parts
      .flatMap((part) => wrap(part, terminalWidth() - 4))
      .reduce((before, part) => {
        const last = before.slice(before.lastIndexOf('\n') + 1);
        const joined = `${last}  |  ${part}`;
        return widthOf(joined) <= terminalWidth() ? `${before}  |  ${part}` : `${before}\n    ${part}`;
      });
    return text.replace(/^epoch +\S+/, (head) => bold(head)).replace(/best$/, (word) => green(word));
  }
}

/** Metrics that are no count and say something new, a few words each. */
function figures(metrics: EpochRecord['validation']['metrics'] = {}): readonly string[] {
  const texts = Object.entries(metrics).flatMap(([key, value]) =>
    typeof value !== 'number' || saidAlready.includes(key) ? [] : [shortFigure(key, value)],
  );
  return texts.length === 0 ? [] : [texts.join('  ')];
}

const saidAlready = ['n', 'loss', 'accuracy'];

function decisionText({ threshold, temperature }: EventOf<'decision'>['decision']): string {
  const scores = temperature === undefined ? '' : `; logits are divided by ${figure(temperature)} for the score`;
  return `defective from a score of ${figure(threshold)} on${scores}`;
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;

/** A share of waiting that is worth a look. */
function waited({ dataWait = 0 }: EpochRecord): string {
  return dataWait > 0.03 ? `  ${percent(dataWait)} waiting for data` : '';
}
