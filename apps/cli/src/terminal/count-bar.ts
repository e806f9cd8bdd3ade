/** A bar that counts, where standard error is a terminal; nothing elsewhere. */
import type { SingleBar } from 'cli-progress';
import { newBar } from './bar.js';

/** Shows how far one step of work has come. */
export class CountBar {
  #bar: SingleBar | undefined;

  /**
   * @param what is counted, for example `labelled`
   * @param total undefined where nobody knows: then there is only the count
   */
  show(what: string, done: number, total: number | undefined): void {
    if (!process.stderr.isTTY) return;
    if (this.#bar === undefined) {
      this.#bar = newBar(total === undefined ? '{value} {what}' : '[{bar}] {value}/{total} {what}');
      this.#bar.start(total ?? done, done, { what });
    } else {
      this.#bar.setTotal(total ?? done);
      this.#bar.update(done, { what });
    }
  }

  /** Takes the bar away; to be called before anything else is printed. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}
