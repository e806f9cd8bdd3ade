/** An experiment on the terminal: a bar over all runs, and a line for each that is done. */
import { runName, type RunReport } from '@foveate/experiments';
import type { SingleBar } from 'cli-progress';
import { newBar } from './bar.js';
import { note } from './terminal.js';

/** Shows how far the runs of an experiment are. */
export class ExperimentView {
  readonly #total: number;
  readonly #bar: SingleBar | undefined;
  /** Share that is done of each run in hand. */
  readonly #inHand = new Map<string, number>();
  readonly #begun = new Map<string, number>();
  #done = 0;

  /** @param total runs */
  constructor(total: number) {
    this.#total = total;
    if (!process.stderr.isTTY) return;
    this.#bar = newBar('[{bar}] {finished}/{total} runs  {what}');
    this.#bar.start(total, 0, { finished: 0, what: '' });
  }

  /** Shows what became of a run. */
  show(report: RunReport): void {
    const name = runName(report.run);
    switch (report.type) {
      case 'training':
      case 'auditing':
        this.#inHand.set(name, this.#inHand.get(name) ?? 0);
        if (!this.#begun.has(name)) this.#begun.set(name, Date.now());
        break;
      case 'epoch':
        this.#inHand.set(name, report.epoch / report.epochs);
        break;
      case 'skipped':
        this.#done++;
        break;
      case 'done':
        this.#end(name, `done    ${name}, ${this.#seconds(name)}`);
        break;
      case 'failed':
        this.#end(
          name,
          `failed  ${name}: ${report.error instanceof Error ? report.error.message : String(report.error)}`,
        );
        break;
    }
    const partly = [...this.#inHand.values()].reduce((sum, share) => sum + share, 0);
    const what = [...this.#inHand].map(([of, share]) => `${of} ${String(Math.round(100 * share))}%`).join(' | ');
    this.#bar?.update(this.#done + partly, { finished: this.#done, what });
  }

  /** Takes the bar away. */
  clear(): void {
    this.#bar?.stop();
  }

  #end(name: string, line: string): void {
    this.#inHand.delete(name);
    this.#done++;
    // What stands where the bar is would be mixed with it.
    if (this.#bar !== undefined) process.stderr.write('\r\u001b[K');
    note(`${String(this.#done).padStart(String(this.#total).length)}/${String(this.#total)}  ${line}`);
  }

  #seconds(name: string): string {
    return `${((Date.now() - (this.#begun.get(name) ?? Date.now())) / 1000).toFixed(0)} s`;
  }
}
